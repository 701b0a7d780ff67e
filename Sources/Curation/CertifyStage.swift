import CurationCore
import Reviewing
import Storage

/// How many labels of a data set are right at least, and what that is told from.
public struct Certificate: Sendable, Hashable, Codable {
    /// Pictures that were accepted unseen, and what was looked at before.
    public struct Evidence: Sendable, Hashable, Codable {
        /// Pictures of the stratum.
        public let population: Int
        /// How many of them, drawn at random, people had looked at.
        public let audited: Int
        /// How many of those were wrong.
        public let wrong: Int
        /// How many of the others carry a label that nobody looked at.
        public let unseen: Int
        /// How many of these are wrong at most, with the confidence asked for.
        public let mostWrong: Int

        enum CodingKeys: String, CodingKey {
            case population, audited, wrong, unseen
            case mostWrong = "most_wrong"
        }
    }

    /// Whether at least the share asked for is right.
    public let certified: Bool
    /// The share of right labels that was asked for.
    public let accuracy: Double
    /// The confidence that was asked for.
    public let confidence: Double
    /// The share of all pictures that carry a right label at least, with that confidence.
    public let low: Double
    /// The likeliest share, with the proposals taken for as good as their probability.
    public let estimate: Double
    /// Pictures of the data set.
    public let images: Int
    /// Pictures with a label from a person, which is taken for right.
    public let byPeople: Int
    /// Pictures with a label that was accepted unseen.
    public let unseen: Int
    /// Pictures that nobody decided, which count as wrong.
    public let undecided: Int
    /// How many more pictures must be decided; 0 when certified.
    public let picturesNeeded: Int
    /// About how many decisions that takes, as they went so far; nil before the first.
    public let decisionsNeeded: Int?
    /// What the unseen labels rest on.
    public let evidence: [Evidence]

    enum CodingKeys: String, CodingKey {
        case certified, accuracy, confidence, low, estimate, images, unseen, undecided, evidence
        case byPeople = "by_people"
        case picturesNeeded = "pictures_needed"
        case decisionsNeeded = "decisions_needed"
    }
}

/// Says whether enough labels are right.
public struct CertifyStage: Sendable {
    private let dataset: Dataset

    /// Creates the stage.
    public init(dataset: Dataset) { self.dataset = dataset }

    /// Tells how many labels are right at least.
    ///
    /// Labels that people gave are taken for right, undecided pictures for wrong. Of labels accepted
    /// unseen the audits bound how many are wrong, all strata together with the confidence.
    ///
    /// - Parameters:
    ///   - accuracy: The share of right labels asked for, 0 to 1.
    ///   - confidence: The probability with which the answer holds, above 0 and below 1.
    /// - Returns: How many labels are right at least, with the evidence.
    /// - Throws: `CurationError.badData` for shares out of range; `.input` without any picture.
    public func run(accuracy: Double = 0.99, confidence: Double = 0.95) throws -> Certificate {
        guard (0...1).contains(accuracy), confidence > 0, confidence < 1 else {
            throw CurationError.badData(
                "accuracy is a share from 0 to 1, confidence one above 0 and below 1"
            )
        }
        try dataset.checkIsOfClasses("certify")
        return try rephrasing { () throws in
            let images = try dataset.store.sampleCount()
            guard images > 0 else {
                throw CurationError.input("the data set has no picture: run `winnow import` first")
            }
            let evidence = try evidence(confidence: confidence)
            let unseen = evidence.reduce(0) { $0 + $1.unseen }
            let decided = try dataset.store.decidedCount()
            let right = decided - evidence.reduce(0) { $0 + $1.mostWrong }
            let wanted = Int((accuracy * Double(images)).rounded(.up))
            let needed = max(0, min(wanted - right, images - right))
            return Certificate(
                certified: right >= wanted,
                accuracy: accuracy,
                confidence: confidence,
                low: Double(right) / Double(images),
                estimate: try estimate(decided, evidence) / Double(images),
                images: images,
                byPeople: decided - unseen,
                unseen: unseen,
                undecided: images - decided,
                picturesNeeded: needed,
                decisionsNeeded: try decisions(for: needed, byPeople: decided - unseen),
                evidence: evidence
            )
        }
    }

    private func evidence(confidence: Double) throws -> [Certificate.Evidence] {
        let accepted = try dataset.store.acceptedUnseen()
        // As when they were made: each stratum may fail half as often as the one before.
        var level = 1 - confidence
        return try dataset.store.strata().compactMap { stratum in
            level /= 2
            guard let audited = stratum.audited, let wrong = stratum.wrong,
                let unseen = accepted[stratum.id], unseen > 0
            else { return nil }
            let bound = AuditBound(population: stratum.population, audited: audited, wrong: wrong)
            return Certificate.Evidence(
                population: stratum.population,
                audited: audited,
                wrong: wrong,
                unseen: unseen,
                mostWrong: min(unseen, bound.mostWrong(level: level))
            )
        }
    }

    /// Right labels as far as one can guess.
    private func estimate(_ decided: Int, _ evidence: [Certificate.Evidence]) throws -> Double {
        let wrong = evidence.reduce(0.0) {
            $0 + Double($1.unseen) * Double($1.wrong) / Double(max($1.audited, 1))
        }
        return Double(decided) - wrong + (try dataset.store.expectedRightProposals())
    }

    private func decisions(for pictures: Int, byPeople: Int) throws -> Int? {
        let decisions = try dataset.store.reviews().count { $0.decision != .skip }
        guard decisions > 0, byPeople > 0 else { return nil }
        let each = Double(byPeople) / Double(decisions)
        return Int((Double(pictures) / max(each, 1)).rounded(.up))
    }
}
