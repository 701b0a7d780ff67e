import ArgumentParser
import Curation

/// The command `winnow-bench`.
@main
struct WinnowBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "winnow-bench",
        abstract: "Runs one stage on data given as files and prints what it cost as one JSON line.",
        discussion: """
            The line has the keys work, seconds, cpu_s, peak_rss_mb, throughput, quality, n, d and
            threads. Seconds and CPU seconds are those of the stage alone: what a run needs before
            it (lists of files, arrays) is there when the clock starts, and results are written after
            it has stopped. The peak of the memory is that of the whole process.
            """,
        subcommands: [
            DecodeCommand.self, ScanCommand.self, EmbedCommand.self, DuplicatesCommand.self,
            KnnCommand.self, ClusterCommand.self, ExportCommand.self, StoreCommand.self,
            LearnCommand.self, FindCommand.self, GridCommand.self, QueueCommand.self,
        ]
    )

    static func main() async {
        ProcessMemory.keepFreedPages()
        await main(nil)
    }
}
