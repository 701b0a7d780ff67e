/// What kind of labels a data set carries.
public enum LabelTask: String, Sendable, Hashable, Codable, CaseIterable {
    case classification, detection, segmentation
}

/// A class that a label can name.
public struct Category: Sendable, Hashable, Codable, Identifiable {
    /// The position in the class list, from 1; it gives the key and the colour on the page.
    public let id: Int
    /// The name, unique in the data set.
    public let name: String

    /// Describes a class.
    public init(id: Int, name: String) {
        self.id = id
        self.name = name
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
