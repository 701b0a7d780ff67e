import ArgumentParser
import Curation
import Foundation

/// `winnow quality`.
struct QualityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quality",
        abstract: "Measure the pictures and the labels.",
        discussion: """
            Finds pictures that are dark, light, blurry, of low information, of odd size
            or shape, or damaged, and those whose files name a place on Earth; counts
            cameras and classes; and, given a file of true classes, says how many labels
            are right. With --json one document a line: name, value or histogram, flagged.

            Examples:
              winnow quality -d ~/cats
              winnow quality --metric issue.dark --json -d ~/cats
              winnow quality --against truth.csv -d ~/cats
            """
    )

    @Option(help: "Only the metric with this name; may be given again.")
    var metric: [String] = []

    @Option(help: "A CSV file with the true classes: label, and sha256 or path.")
    var against: String?

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let all = try MeasureStage(dataset: try global.open()).run(truth: against)
        for name in metric where !all.contains(where: { $0.name == name }) {
            let known = all.map(\.name).joined(separator: ", ")
            throw ValidationError("there is no metric '\(name)'; there are \(known)")
        }
        for found in all where metric.isEmpty || metric.contains(found.name) {
            try Terminal.show(found, json: global.json, or: found.line)
        }
    }
}

extension MeasureStage.Metric {
    /// The metric on one line.
    var line: String {
        var parts: [String] = []
        if let value { parts.append(value.rounded(to: 3)) }
        if let interval {
            parts.append("(\(interval.map { $0.rounded(to: 3) }.joined(separator: " to ")))")
        }
        if let histogram {
            parts.append(
                histogram.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
                    .joined(separator: ", ")
            )
        }
        if flagged > 0 { parts.append("\(flagged) want a look") }
        return name.padding(toLength: 24, withPad: " ", startingAt: 0)
            + parts.joined(separator: "  ")
    }
}
