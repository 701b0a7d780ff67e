import ArgumentParser
import Curation

/// `winnow certify`.
struct CertifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certify",
        abstract: "Say whether enough labels are right, with the evidence.",
        discussion: """
            Labels that people gave are taken for right, and pictures that nobody decided
            for wrong. Of labels that were accepted unseen, what people looked at before
            bounds how many are wrong. Ends with 0 when at least the share asked for is
            right, with 1 when more decisions are needed, and says how many.

            Example:
              winnow certify --accuracy 0.99 --confidence 0.95 -d ~/cats
            """
    )

    @Option(help: "The share of pictures whose label must be right.") var accuracy = 0.99
    @Option(help: "With which probability the answer must hold.") var confidence = 0.95
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let stage = CertifyStage(dataset: try global.open())
        let found = try stage.run(accuracy: accuracy, confidence: confidence)
        try Terminal.show(found, json: global.json, or: found.words)
        if !found.certified { throw ExitCodes.finding }
    }
}

extension Certificate {
    /// The certificate for people.
    var words: String {
        let percent = { (share: Double) in "\((share * 100).rounded(to: 2)) %" }
        var lines = [
            "At least \(percent(low)) of \(images) pictures carry a right label "
                + "(confidence \(percent(confidence)); likely \(percent(estimate))).",
            "  \(byPeople) were decided by people, \(undecided) by nobody.",
        ]
        for part in evidence {
            lines.append(
                "  \(part.unseen) were accepted unseen, at most \(part.mostWrong) of them wrong: of "
                    + "\(part.population), \(part.audited) drawn at random were looked at and "
                    + "\(part.wrong) were wrong."
            )
        }
        if certified {
            lines.append("Yes: \(percent(accuracy)) are right.")
        } else {
            let decisions = decisionsNeeded.map { ", about \($0) decisions" } ?? ""
            lines.append(
                "Not yet \(percent(accuracy)): \(picturesNeeded) more pictures must be "
                    + "decided\(decisions): `winnow review`."
            )
        }
        return lines.joined(separator: "\n")
    }
}
