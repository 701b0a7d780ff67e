import ArgumentParser
import Curation
import Foundation

/// The command `winnow`.
@main
struct Winnow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "winnow",
        abstract: "Turns a folder of raw pictures into a reviewed, versioned data set.",
        discussion: """
            Start with the main job, which makes a data set and does everything up to
            review:

              winnow run ~/pictures -d ~/cats

            Then review what is proposed, keep a version, and write it for training:

              winnow review -d ~/cats
              winnow commit -d ~/cats -m "first pass" --tag v1
              winnow export v1 -d ~/cats --to ~/cats-v1 --format webdataset

            A command finds its data set by -d, else by $WINNOW_DATASET, else in the
            folder that you are in, its winnow-dataset, or one above it. Results go to standard output,
            progress to standard error. Exit codes: 0 done, 1 a check found something,
            64 usage, 65 bad data, 66 no such input, 69 a component is missing, 73
            cannot create, 74 input or output failed, 75 busy, 130 interrupted (the next
            run goes on from there).
            """,
        version: WinnowRelease.version,
        groupedSubcommands: [
            CommandGroup(
                name: "The main job",
                subcommands: [RunCommand.self, ReviewCommand.self, ExportCommand.self]
            ),
            CommandGroup(
                name: "One stage at a time",
                subcommands: [
                    InitCommand.self, ImportCommand.self, EmbedCommand.self, ClusterCommand.self,
                    DuplicatesCommand.self, SimilarCommand.self, OutliersCommand.self,
                    PredictCommand.self, QualityCommand.self, CertifyCommand.self,
                    FailuresCommand.self, LabelsCommand.self,
                ]
            ),
            CommandGroup(
                name: "Versions",
                subcommands: [
                    CommitCommand.self, StatusCommand.self, LogCommand.self, ShowCommand.self,
                    DiffCommand.self, TagCommand.self, BranchCommand.self, SwitchCommand.self,
                    MergeCommand.self, RestoreCommand.self, ExportVerifyCommand.self,
                ]
            ),
            CommandGroup(
                name: "Labels and their history",
                subcommands: [
                    LabelCommand.self, ClassesCommand.self, RemoveCommand.self, FieldsCommand.self,
                    RulesCommand.self, HistoryCommand.self, UndoCommand.self, RedoCommand.self,
                    BlameCommand.self, WhyCommand.self,
                ]
            ),
            CommandGroup(
                name: "Care",
                subcommands: [
                    VerifyCommand.self, BackupCommand.self, RestoreFromCommand.self,
                    ForgetCommand.self,
                ]
            ),
        ]
    )

    static func main() async {
        // A file beyond the size limit of the shell is an error as a full disk is, not a death.
        signal(SIGXFSZ, SIG_IGN)
        ProcessMemory.keepFreedPages()
        do {
            var command = try parseAsRoot(Arguments.words)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            ExitCodes.exit(with: error)
        }
    }
}
