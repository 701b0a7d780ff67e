import ArgumentParser
import Curation

/// `winnow similar`.
struct SimilarCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "similar",
        abstract: "List the pictures that look most like one.",
        discussion: """
            With --json one document a line: id, path, score (the cosine similarity).

            Example:
              winnow similar 17 -k 5 -d ~/cats
            """
    )

    @Argument(help: "The number of the picture, or the path of its file.", completion: .file())
    var image: String

    @Option(name: .customShort("k"), help: "How many.")
    var count = 10

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard count > 0 else { throw ValidationError("-k is a number above 0") }
    }

    func run() throws {
        let stage = LookupStage(dataset: try global.open())
        try Self.show(try stage.similar(to: image, count: count), asJSON: global.json)
    }

    /// Prints what was found, one a line.
    static func show(_ found: [LookupStage.Found], asJSON: Bool) throws {
        for one in found {
            if asJSON {
                try Terminal.show(json: one)
            } else {
                Terminal.show("\(one.score.rounded(to: 3))  \(one.id)  \(one.path.printable)")
            }
        }
    }
}

/// `winnow outliers`.
struct OutliersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outliers",
        abstract: "List the pictures that look like no other, oddest first.",
        discussion: """
            With --json one document a line: id, path, score (the mean cosine distance
            to the nearest pictures, 0 to 2).

            Example:
              winnow outliers --limit 20 -d ~/cats
            """
    )

    @Option(help: "The most pictures.")
    var limit = 20

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit is a number above 0") }
    }

    func run() throws {
        let found = try LookupStage(dataset: try global.open()).outliers(count: limit)
        try SimilarCommand.show(found, asJSON: global.json)
    }
}
