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
