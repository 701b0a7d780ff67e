import CurationCore
import FoundationEssentials
import GRDB

/// What a label says, as its row says it.
struct LabelContent: Hashable {
    let kind: String
    let category: Int64
    let geometry: String?

    init(kind: String, category: Int64, geometry: String?) {
        self.kind = kind
        self.category = category
        self.geometry = geometry
    }

    init(_ row: Row) {
        self.init(kind: row["kind"], category: row["category"], geometry: row["geometry"])
    }

    /// Puts a label into the words of a row.
    init(_ label: Label, category: Int64) {
        let geometry: String?
        switch label {
        case .classification:
            kind = "classification"
            geometry = nil
        case .detection(_, let box):
            kind = "box"
            geometry = Self.text([box.x, box.y, box.width, box.height])
        }
        self.category = category
        self.geometry = geometry
    }

    // As the content digest takes it, so that the numbers are the same on every machine.
    private static func text(_ numbers: [Double]) -> String {
        String(decoding: CanonicalJSON.array(numbers.map { .number($0) }).bytes, as: UTF8.self)
    }

    /// The label in the words of the library, of the class with the name.
    func label(category: String) throws -> Label {
        try Self.label(kind: kind, category: category, geometry: geometry)
    }

    static func label(kind: String, category: String, geometry: String?) throws -> Label {
        guard kind == "box" else { return .classification(category: category) }
        let text = geometry ?? ""
        guard let box = try? JSONDecoder().decode([Double].self, from: Data(text.utf8)),
            box.count == 4
        else { throw StorageError.database(message: "a box with the geometry '\(text)'") }
        return .detection(
            category: category,
            box: BoundingBox(x: box[0], y: box[1], width: box[2], height: box[3])
        )
    }
}

extension Label {
    /// Reads the columns `kind`, `geometry` and `categoryName`.
    init(_ row: Row) throws {
        self = try LabelContent.label(
            kind: row["kind"],
            category: row["categoryName"],
            geometry: row["geometry"]
        )
    }
}
