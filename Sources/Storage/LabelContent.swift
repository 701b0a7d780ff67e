import CurationCore
import FoundationEssentials
import GRDB

/// What kind of label a row holds.
enum LabelKind: String {
    case classification, box, polygon, mask

    /// The kind in a digest.
    var code: Int64 {
        switch self {
        case .classification: 0
        case .box: 1
        case .polygon: 2
        case .mask: 3
        }
    }
}

/// What a label says, as its row says it.
struct LabelContent: Hashable {
    let kind: LabelKind
    let category: Int64
    let geometry: String?

    init(kind: LabelKind, category: Int64, geometry: String?) {
        self.kind = kind
        self.category = category
        self.geometry = geometry
    }

    init(_ row: Row) throws {
        self.init(kind: try row.value("kind"), category: row["category"], geometry: row["geometry"])
    }

    /// Puts a label into the words of a row: its shape as the content digest takes it, so that the numbers
    /// are the same on every machine.
    init(_ label: Label, category: Int64) {
        kind =
            switch label {
            case .classification: .classification
            case .detection: .box
            case .polygon: .polygon
            case .mask: .mask
            }
        geometry = label.canonicalShape.map { String(decoding: $0.bytes, as: UTF8.self) }
        self.category = category
    }

    func write(to bytes: inout RowBytes) {
        bytes.add(kind.code)
        bytes.add(category)
        bytes.add(geometry)
    }

    /// The label in the words of the library, of the class with the name.
    func label(category: String) throws -> Label {
        try Self.label(kind: kind, category: category, geometry: geometry)
    }

    static func label(kind: LabelKind, category: String, geometry: String?) throws -> Label {
        guard kind != .classification else { return .classification(category: category) }
        let data = Data((geometry ?? "").utf8)
        do {
            switch kind {
            case .polygon:
                let polygon = try JSONDecoder().decode(Polygon.self, from: data)
                return .polygon(category: category, polygon: polygon)
            case .mask:
                let mask = try JSONDecoder().decode(RunLengthMask.self, from: data)
                return .mask(category: category, mask: mask)
            default:
                let box = try JSONDecoder().decode([Double].self, from: data)
                guard box.count == 4 else { break }
                return .detection(
                    category: category,
                    box: BoundingBox(x: box[0], y: box[1], width: box[2], height: box[3])
                )
            }
        } catch is DecodingError {}
        throw StorageError.database(
            message: "a \(kind.rawValue) with the geometry '\(geometry ?? "")'"
        )
    }
}

extension Label {
    /// Reads the columns `kind`, `geometry` and `categoryName`.
    init(_ row: Row) throws {
        self = try LabelContent.label(
            kind: try row.value("kind"),
            category: row["categoryName"],
            geometry: row["geometry"]
        )
    }
}
