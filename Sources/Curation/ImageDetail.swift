public import CurationCore

/// One picture with all that the review page says of it.
public struct ImageDetail: Sendable, Codable {
    /// A label of the picture.
    public struct AnnotationView: Sendable, Codable {
        /// The name that it keeps: `a-17`, or `p-3-17-0` for a proposal.
        public let id: String
        /// What is said, with the shape where there is one.
        public let content: Label
        /// Who said it.
        public let source: String
        /// How far it has come.
        public let state: LabelState
        /// The probability that a model gave.
        public let score: Double?

        private enum CodingKeys: String, CodingKey { case id, source, state, score }

        /// Describes a label.
        public init(_ annotation: Annotation) {
            id = annotation.id
            content = annotation.label
            source = annotation.source
            state = annotation.state
            score = annotation.score
        }

        /// Reads what `encode(to:)` writes.
        public init(from decoder: any Decoder) throws {
            content = try Label(from: decoder)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            id = try container.decode(String.self, forKey: .id)
            source = try container.decode(String.self, forKey: .source)
            state = try container.decode(LabelState.self, forKey: .state)
            score = try container.decodeIfPresent(Double.self, forKey: .score)
        }

        /// Writes the label as on the command line, and what is known of it beside that.
        public func encode(to encoder: any Encoder) throws {
            try content.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(id, forKey: .id)
            try container.encode(source, forKey: .source)
            try container.encode(state, forKey: .state)
            try container.encodeIfPresent(score, forKey: .score)
        }
    }

    /// A picture that is near.
    public struct NearestImage: Sendable, Codable {
        /// The picture.
        public let id: Sample.ID
        /// The cosine similarity, -1 to 1.
        public let similarity: Double
        /// The class that a person gave it; nil while it is undecided.
        public let label: String?

        /// Describes a near picture.
        public init(id: Sample.ID, similarity: Double, label: String?) {
            self.id = id
            self.similarity = similarity
            self.label = label
        }

        /// The same without what people said of it.
        var unlabelled: NearestImage { NearestImage(id: id, similarity: similarity, label: nil) }
    }

    /// A fault of the picture.
    public struct Fault: Sendable, Codable {
        /// What is wrong.
        public let kind: Issue.Kind
        /// 0 is worst, below 0.5 is a fault.
        public let score: Double
    }

    /// A step in the history of one of its labels.
    public struct Step: Sendable, Codable {
        /// The label: `a-17`.
        public let annotation: String
        /// The class.
        public let label: String
        /// `classification`, `box`, `polygon` or `mask`.
        public let type: String
        /// `accepted`, `rejected` or `removed`.
        public let state: String
        /// Who said it.
        public let source: String
        /// Who wrote it.
        public let author: String
        /// When, RFC 3339 in UTC.
        public let at: String
        /// The act of the log: `b-17`.
        public let batch: String
        /// What the act was: `review`, `label`, `undo`.
        public let kind: String

        init(_ line: BlameLine) {
            annotation = line.annotation
            label = line.label.category
            type = line.label.kind
            state = line.state
            source = line.source
            author = line.by.author
            at = line.by.at
            batch = line.by.batch
            kind = line.by.kind
        }
    }

    /// A copy of the picture.
    public struct Copy: Sendable, Codable {
        /// The picture.
        public let id: Sample.ID
        /// The likeness to the one that should stay, 0 to 1.
        public let similarity: Double
        /// What turns the one that should stay into this one.
        public let transform: ImageTransform
        /// Whether this one should stay.
        public let keep: Bool
    }

    /// The picture.
    public let image: ReviewItem.Image
    /// The size of the file.
    public let bytes: Int
    /// How the file is encoded.
    public let format: ImageFormat
    /// Its labels, oldest first.
    public let annotations: [AnnotationView]
    /// The pictures that are nearest, nearest first.
    public let nearest: [NearestImage]
    /// Maker and model of the camera; nil when the file does not say.
    public internal(set) var camera: String?
    /// When it was taken, by the camera's clock; nil when the file does not say.
    public internal(set) var capturedAt: String?
    /// Whether the file names a place on Earth.
    public internal(set) var hasLocation = false
    /// What was measured at import.
    public internal(set) var metrics = ImageMetrics()
    /// What is wrong with it.
    public internal(set) var issues: [Fault] = []
    /// What became of its labels, newest first.
    public internal(set) var history: [Step] = []
    /// The cluster that it belongs to, from 0; -1 is noise, nil before anything was clustered.
    public internal(set) var cluster: Int?
    /// Its copies.
    public internal(set) var duplicates: [Copy] = []
    /// The values of its fields.
    public internal(set) var fields: [String: String] = [:]
    /// Who wants it looked at again; nil when nobody does.
    public internal(set) var flaggedBy: String?
    /// What people said about it, oldest first.
    public internal(set) var comments: [RemarkReport.Comment] = []
    /// Whether its labels are kept from who asks, since an answer of theirs is asked for without them.
    public internal(set) var isBlind = false
    /// What names the labels of now; an edit sends it back.
    public internal(set) var version = "0"

    enum CodingKeys: String, CodingKey {
        case image, bytes, format, annotations, nearest, metrics, issues, history, cluster
        case duplicates, fields, comments, version, camera
        case capturedAt = "captured_at"
        case hasLocation = "has_location"
        case flaggedBy = "flagged_by"
        case isBlind = "blind"
    }

    /// Describes a picture.
    public init(
        image: ReviewItem.Image,
        bytes: Int,
        format: ImageFormat,
        annotations: [AnnotationView],
        nearest: [NearestImage]
    ) {
        self.image = image
        self.bytes = bytes
        self.format = format
        self.annotations = annotations
        self.nearest = nearest
    }
}
