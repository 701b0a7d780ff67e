/// What kind of labels a data set carries.
public enum LabelTask: String, Sendable, Hashable, Codable, CaseIterable {
    case classification, detection, segmentation
}

/// A class that a label can name.
public struct Category: Sendable, Hashable, Codable, Identifiable {
    /// The number of the class, the same as long as the data set lives.
    public let id: Int
    /// The name, unique among the classes of now.
    public let name: String
    /// The class above it; nil for none.
    public var supercategory: String?
    /// The color that the page shows it in, as `#rrggbb`; nil for the page's own choice.
    public var color: String?
    /// The digit that chooses it on the page; nil for the page's own choice.
    public var hotkey: String?
    /// What belongs to it, in a line.
    public var description: String?
    /// How to tell it from others, for who labels.
    public var guideline: String?

    /// Describes a class.
    public init(
        id: Int,
        name: String,
        supercategory: String? = nil,
        color: String? = nil,
        hotkey: String? = nil,
        description: String? = nil,
        guideline: String? = nil
    ) {
        self.id = id
        self.name = name
        self.supercategory = supercategory
        self.color = color
        self.hotkey = hotkey
        self.description = description
        self.guideline = guideline
    }
}

/// The classes and the kind of labels allowed in a data set.
public struct LabelSchema: Sendable, Hashable, Codable {
    /// The kind of labels.
    public var task: LabelTask
    /// The classes, in their order.
    public var categories: [Category]

    /// Describes what labels are allowed.
    public init(task: LabelTask, categories: [Category]) {
        self.task = task
        self.categories = categories
    }
}
