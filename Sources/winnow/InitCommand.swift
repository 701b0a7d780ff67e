import ArgumentParser
import Curation
import CurationCore
import Foundation

/// `winnow init`.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make an empty data set.",
        discussion: """
            Example:
              winnow init ~/cats --task classification --classes tabby,siamese,other
            """
    )

    /// What `--json` prints.
    struct Result: Encodable {
        let dataset: String
        let schema_version: Int
    }

    @Argument(help: "The folder; it is made if needed.")
    var folder: String

    @Option(help: "The kind of labels: classification, detection or segmentation.")
    var task = LabelTask.classification

    @Option(help: "The classes, separated by commas; more can come during review.")
    var classes: String?

    @OptionGroup var output: OutputOptions

    func run() throws {
        let url = URL(filePath: folder).standardizedFileURL
        let dataset = try Dataset(
            creating: url,
            schema: LabelSchema(task: task, categories: try Self.categories(classes))
        )
        if output.json {
            try Terminal.show(
                json: Result(dataset: dataset.folder.path, schema_version: Dataset.schemaVersion)
            )
        } else {
            Terminal.show("Made a data set in \(dataset.folder.path)")
            if !output.quiet { Terminal.say("Next: winnow import PICTURES -d \(folder)") }
        }
    }

    /// The classes of a list with commas.
    static func categories(_ list: String?) throws -> [CurationCore.Category] {
        let names = (list ?? "").split(separator: ",").map {
            $0.trimmingCharacters(in: .whitespaces)
        }.filter { !$0.isEmpty }
        guard Set(names).count == names.count else {
            throw ValidationError("--classes names a class twice: \(names.joined(separator: ","))")
        }
        return names.enumerated().map { CurationCore.Category(id: $0.offset + 1, name: $0.element) }
    }
}
