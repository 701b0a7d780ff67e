import CurationCore

/// What several people said of pictures, compared with one another and with the labels.
protocol ComparedAnswers {
    /// Who answered which picture, and what each answer was for.
    var answers: [Sample.ID: [GivenAnswer]] { get }

    /// Whether a picture has what answers are compared with: somebody decided it.
    func isDecided(_ sample: Sample.ID) -> Bool

    /// Whether the answers to a picture are as sure as `certainty`, and say what its label says.
    func isSettled(_ sample: Sample.ID, certainty: Double) -> Bool

    /// What was proposed to the first person, without anything that person said.
    func firstProposals(of sample: Sample.ID) throws -> [ReviewItem.Proposal]

    /// What an adjudicator sees: every answer, with the weight of those who gave it.
    func sides(of sample: Sample.ID, certainty: Double) -> [ReviewItem.Proposal]
}

/// That somebody answered a picture.
struct GivenAnswer {
    /// Who.
    let reviewer: String
    /// What the answer was for.
    let purpose: ReviewPurpose
}

/// That one person decides every picture.
struct NoAnswers: ComparedAnswers {
    let answers: [Sample.ID: [GivenAnswer]] = [:]

    func isDecided(_ sample: Sample.ID) -> Bool { false }

    func isSettled(_ sample: Sample.ID, certainty: Double) -> Bool { false }

    func firstProposals(of sample: Sample.ID) -> [ReviewItem.Proposal] { [] }

    func sides(of sample: Sample.ID, certainty: Double) -> [ReviewItem.Proposal] { [] }
}
