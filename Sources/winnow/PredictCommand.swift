import ArgumentParser
import Curation
import Foundation

/// `winnow predict`.
struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Propose a label for every picture that nobody has decided.",
        discussion: """
            Learns from the labels that people stand behind; before the first one there
            is nothing to propose, and `winnow review` starts with groups of similar
            pictures instead. The proposals carry a probability and the digest of the
            model that made them.

            Other ways than the classifier: neighbors vote; propagation spreads labels over the
            neighbours of neighbours; prototypes takes the class whose mean is nearest, which
            is enough for a few labels a class; ensemble weighs all of them by how likely the
            labels are that each has not seen. The review goes on to plan by the classifier.

            Of a large set, what the model is surest of is set apart to be accepted unseen:
            the review has some of it looked at, drawn at random, and once that proves that
            at most --alpha of the rest is wrong, with probability 1 - --delta, one screen a
            class accepts it. `winnow certify` says what it proves.

            Where a data set carries things in pictures (`winnow init --task detection`), a
            detector learns from the pictures in which people marked all of them, and finds
            more in the others. Models that were taught elsewhere can help from the start:
            ssdlite-person finds people, u2netp the outline of what stands out, whose class
            the detector says, or the only class there is.

            Rules that people write propose classes as well: --labelers takes a YAML file,
            and says of each rule how many pictures it covers, where it contradicts others
            and, by what people decided, how often it is right. They vote by that.

              labelers:
                - {label: shoes, path: "*/shoes/*"}
                - {label: night, brightness: {below: 0.2}, field: {source: camera-2}}
                - {label: cat, like: [17, IMG_0042.jpg], within: 0.8}
                - {label: kitten, proposed: cat, sure: 0.9, width: {below: 200}}

            Examples:
              winnow predict --with neighbors -d ~/cats
              winnow predict --with ssdlite-person,u2netp -d ~/street
              winnow predict --labelers rules.yaml -d ~/cats
            """
    )

    @Option(
        help: """
            What proposes: classifier, neighbors, propagation, prototypes or ensemble; for things \
            in pictures detector, which learns, or models, with commas between them.
            """
    )
    var with: String?

    @Flag(help: "Let all classes count alike, whatever the number of their labels.")
    var balanced = false
    @Option(help: "Propose by the rules of this YAML file instead.") var labelers: String?
    @Option(help: "The most share of wrong labels among those accepted unseen.")
    var alpha = BulkAccept.alpha
    @Option(help: "The probability with which more of them may be wrong.")
    var delta = BulkAccept.delta

    @OptionGroup var global: GlobalOptions

    func run() throws {
        if let labelers {
            let stage = LabelerStage(dataset: try global.open())
            let report = try stage.run(URL(filePath: labelers))
            return try Terminal.show(report, json: global.json, or: report.words)
        }
        let watch = InterruptWatch()
        let bar = global.progress()
        let stage = PredictStage(
            dataset: try global.open(),
            interruption: watch.interruption,
            report: bar.report
        )
        let method = with.map { PredictStage.Method(rawValue: $0) } ?? .classifier
        let names = (method == nil ? with ?? "" : "").split(separator: ",").map(String.init)
        let report = try stage.run(
            method ?? .classifier,
            isBalanced: balanced,
            models: names,
            alpha: alpha,
            delta: delta
        )
        try Terminal.show(report, json: global.json, or: report.summary)
    }
}

extension PredictStage.Report {
    /// What was proposed, in a sentence.
    var summary: String {
        var held = ""
        if let heldOutAccuracy, let calibrationError {
            held =
                " On labels held out \(heldOutAccuracy.rounded(to: 3)) are right; probabilities are "
                + "off by \(calibrationError.rounded(to: 3)) on the mean."
        }
        let audits =
            stratum.map {
                " \($0.images) may be accepted unseen once \($0.audits) of them were looked at: "
                    + "`winnow review` asks about those first."
            } ?? ""
        if let unnamed, predicted == 0 {
            return
                "\(unnamed) things were found, but nobody knows their class: mark those of a few "
                + "pictures in `winnow review` first."
        }
        guard predicted > 0 || heldOutAccuracy == nil else {
            return "Every picture is decided: there is nothing to propose.\(held)"
        }
        guard predicted > 0 else {
            return
                "Nothing is reviewed yet, so nothing can be proposed: start with `winnow review`."
        }
        let sources = bySource.map { "\($0.value) by \($0.key)" }.sorted().joined(separator: ", ")
        return "\(predicted) labels proposed for \(images) pictures (\(sources)). "
            + "\(seconds.rounded(to: 1)) s, \(imagesPerSecond.rounded(to: 0)) a second."
            + (unnamed.map { " \($0) more are of no class that is known." } ?? "") + held + audits
    }
}

extension LabelerStage.Report {
    /// What the labelers did, a line each.
    var words: String {
        let lines = labelers.map { labeler in
            let accuracy =
                labeler.accuracy.map {
                    ", right in \($0.percent) of \(labeler.checked) decided"
                } ?? ""
            return
                "  \(labeler.name.printable): \(labeler.label.printable) for \(labeler.covered), "
                + "\(labeler.conflicts) contradicted\(accuracy)"
        }
        let first =
            "\(predicted) labels proposed; the rules cover \(covered) of \(images) pictures."
        return ([first] + lines).joined(separator: "\n")
    }
}
