import ArgumentParser
import Curation
import Foundation

/// What commands take that work on no data set that is there already.
struct OutputOptions: ParsableArguments {
    @Flag(name: .long, help: "Print JSON instead of text for people.")
    var json = false

    @Flag(name: .long, help: "Show no progress and no hints.")
    var quiet = false
}

/// What every other command takes.
struct GlobalOptions: ParsableArguments {
    @Option(
        name: [.customShort("d"), .long],
        help:
            "The folder of the data set (default: $WINNOW_DATASET, else here, ./winnow-dataset, or above)."
    )
    var dataset: String?

    @Flag(name: .long, help: "Print JSON instead of text for people.")
    var json = false

    @Flag(name: .long, help: "Show no progress.")
    var quiet = false

    /// The folder that was named, or found.
    ///
    /// - Throws: `CurationError.input` when none is named and none found.
    func folder() throws -> URL {
        if let named = named { return named }
        let here = URL(filePath: FileManager.default.currentDirectoryPath)
        guard let found = Dataset.nearest(to: here) else {
            throw CurationError.input(
                "no data set here: name one with -d DIR or $WINNOW_DATASET, or make one with "
                    + "`winnow init DIR`"
            )
        }
        return found
    }

    /// The folder that was named by option or environment.
    var named: URL? {
        let path = dataset ?? ProcessInfo.processInfo.environment["WINNOW_DATASET"]
        return path.map { URL(filePath: $0).standardizedFileURL }
    }

    /// Opens the data set.
    func open() throws -> Dataset { try Dataset(opening: folder()) }

    /// Shows how far a stage has come, unless it shall be quiet.
    func progress() -> ProgressBar { ProgressBar(isQuiet: quiet) }
}
