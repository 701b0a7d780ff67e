public import CurationCore

/// A data set as the review page shows it.
public struct DatasetOverview: Sendable, Codable {
    /// A class and how many pictures carry it.
    public struct ClassCount: Sendable, Codable {
        /// The number of the class, from 1.
        public let id: Int
        /// The name.
        public let name: String
        /// The digit that chooses it; nil when all are taken.
        public let key: String?
        /// Pictures with the class.
        public let count: Int
        /// The class above it.
        public let supercategory: String?
        /// The color that it is shown in, as `#rrggbb`; nil for the page's own.
        public let color: String?
        /// What belongs to it, in a line.
        public let description: String?
        /// How to tell it from others.
        public let guideline: String?

        /// Describes a class.
        public init(_ category: CurationCore.Category, key: String?, count: Int) {
            id = category.id
            name = category.name
            self.key = key
            self.count = count
            supercategory = category.supercategory
            color = category.color
            description = category.description
            guideline = category.guideline
        }

        /// Puts classes together with their keys: their own, or the next digit that is free, 1 to 9 and 0.
        public static func list(
            _ categories: [CurationCore.Category],
            counts: [String: Int]
        ) -> [ClassCount] {
            let taken = Set(categories.compactMap(\.hotkey))
            var free = (1...10).map { "\($0 % 10)" }.filter { !taken.contains($0) }[...]
            return categories.map { category in
                ClassCount(
                    category,
                    key: category.hotkey ?? free.popFirst(),
                    count: counts[category.name] ?? 0
                )
            }
        }
    }

    /// The name.
    public let name: String
    /// The kind of labels.
    public let task: LabelTask
    /// The newest version: the beginning of its id; nil before the first commit.
    public let version: String?
    /// The classes, in their order.
    public let classes: [ClassCount]
    /// Pictures.
    public let images: Int
    /// Pictures without a label that a person stands behind.
    public let pending: Int
    /// Pictures that are given out now.
    public let leased: Int
    /// Pictures with a label that a person stands behind.
    public let decided: Int

    /// Describes a data set.
    public init(
        name: String,
        task: LabelTask,
        version: String?,
        classes: [ClassCount],
        images: Int,
        pending: Int,
        leased: Int,
        decided: Int
    ) {
        self.name = name
        self.task = task
        self.version = version
        self.classes = classes
        self.images = images
        self.pending = pending
        self.leased = leased
        self.decided = decided
    }
}

/// One picture with all that the review page says of it.
public struct ImageDetail: Sendable, Codable {
    /// A label of the picture.
    public struct AnnotationView: Sendable, Codable {
        /// The class.
        public let label: String
        /// `classification`, `box`, `polygon` or `mask`.
        public let type: String
        /// Who said it.
        public let source: String
        /// How far it has come.
        public let state: LabelState
        /// The probability that a model gave.
        public let score: Double?

        /// Describes a label.
        public init(
            label: String,
            type: String,
            source: String,
            state: LabelState,
            score: Double?
        ) {
            self.label = label
            self.type = type
            self.source = source
            self.state = state
            self.score = score
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
