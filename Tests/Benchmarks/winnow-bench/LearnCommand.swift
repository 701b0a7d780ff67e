import ArgumentParser
import Curation
import CurationCore
import Learning

/// `winnow-bench learn`.
struct LearnCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "learn",
        abstract: "Learns classes from some rows as the review does, and proposes them for all.",
        discussion: """
            In `quality`: milliseconds of learning from nothing (fit_ms), of learning again after 24
            further labels (refit_ms), and of proposing for all rows (propose_ms); the accuracy and the
            expected calibration error on the rows that were not learned from.
            """
    )

    @Argument(help: "The features: float32, n x d (.npy).") var features: String
    @Option(help: "The class of each row: float32, n x 1, from 0 (.npy).") var labels: String
    @Option(help: "How many of the first rows are learned from.") var known = 1_000
    @OptionGroup var options: CoreOptions

    func run() throws {
        let rows = try VectorFile.read(features)
        let truth = try VectorFile.read(labels).values.map { Int($0) }
        guard truth.count == rows.count, (30..<rows.count).contains(known) else {
            throw ValidationError("--labels has a row a feature, --known is from 30 to one less")
        }
        let matrix = Matrix(rows: rows.count, columns: rows.dimension, values: rows.values)
        let classes = (truth.max() ?? 0) + 1
        let refuted = [Set<Int>](repeating: [], count: rows.count)
        func learn(_ count: Int, from start: ProposalModel? = nil) -> ProposalModel {
            ProposalModel(
                fitting: [matrix],
                labels: truth.indices.map { $0 < count ? truth[$0] : nil },
                refuted: refuted,
                classCount: classes,
                startingFrom: start
            )
        }
        var measurement = Measurement(work: "learn", count: rows.count, dimension: rows.dimension)
        let before = measurement.time { learn(known - 24) }
        measurement.quality["fit_ms"] = measurement.cost.seconds * 1e3
        let model = measurement.time { learn(known, from: before) }
        measurement.quality["refit_ms"] = measurement.cost.seconds * 1e3
        let found = measurement.time { model.probabilities([matrix], refuted: refuted) }
        measurement.quality["propose_ms"] = measurement.cost.seconds * 1e3
        measurement.rate("rows", of: Double(rows.count))
        let held = Reliability(
            probabilities: Array(found[(known * classes)...]),
            labels: Array(truth[known...])
        )
        measurement.quality["accuracy"] = held.accuracy
        measurement.quality["ece"] = held.calibrationError
        measurement.quality["ece_by_folds"] = model.reliability?.calibrationError
        measurement.show(threads: options.cores.count)
    }
}
