import ArgumentParser
import Curation
import CurationCore

/// `winnow failures`.
struct FailuresCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "failures",
        abstract: "List every file that could not be imported, and why.",
        discussion: """
            Each has a stable code and a sentence that says what to do. With --json one
            JSON document a line: path, code, message.

            Example:
              winnow failures -d ~/cats --json
            """
    )

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let failures = try global.open().failures()
        for failure in failures {
            try Terminal.show(
                failure,
                json: global.json,
                or: "\(failure.code.rawValue)\t\(failure.path.printable)\n\t\(failure.message)"
            )
        }
        if !global.json {
            let counts = Dictionary(grouping: failures, by: \.code).mapValues(\.count)
            let text = counts.sorted { $0.key.rawValue < $1.key.rawValue }
                .map { "\($0.value) \($0.key.rawValue)" }
            Terminal.show(
                failures.isEmpty
                    ? "No file failed."
                    : "\(failures.count) files failed: "
                        + text.joined(separator: ", ")
            )
        }
    }
}
