/// How many people look at a picture, and how their answers become one label.
public struct ReviewPolicy: Sendable, Hashable, Codable {
    /// How many people say what a picture is, or what is in it, before that is settled; 1 or more.
    public var overlap: Int
    /// The share of the pictures that `overlap` holds for, drawn by their numbers; 0 to 1.
    public var share: Double
    /// The share of a reviewer's items whose answer is known, to see how often the reviewer is right; 0
    /// to 0.5, and 0 where there are things in pictures.
    public var honeypots: Double
    /// From which probability on the answers of several people settle a label, or of a thing whether it is
    /// there; 0.5 to 1.
    public var certainty: Double
    /// Who is asked where the answers settle nothing; anybody who has not answered yet when empty.
    public var adjudicators: [String]

    /// Describes how several people review; alone, one person decides every picture.
    public init(
        overlap: Int = 1,
        share: Double = 1,
        honeypots: Double = 0,
        certainty: Double = 0.8,
        adjudicators: [String] = []
    ) {
        self.overlap = overlap
        self.share = share
        self.honeypots = honeypots
        self.certainty = certainty
        self.adjudicators = adjudicators
    }

    /// Whether several people are to look at a picture.
    public func covers(_ sample: Sample.ID) -> Bool {
        guard overlap > 1 else { return false }
        var generator = SeededGenerator(seed: UInt64(bitPattern: sample))
        return generator.unit() < share
    }
}

/// What an item is for, beside that a person is asked.
public enum ReviewPurpose: String, Sendable, Hashable, Codable {
    /// Its decision becomes the label.
    case decide
    /// Its decision stands beside those of others, which are not shown.
    case opinion
    /// Its decision settles what others did not agree on.
    case adjudication
    /// Its answer is known, and tells how often the reviewer is right.
    case honeypot
}
