import CurationCore
import Storage

/// A field by which pictures can be filtered and sorted.
package struct FieldOverview: Sendable, Codable {
    /// What the values are.
    package enum Kind: String, Sendable, Codable { case number, text, choice }

    /// The name in conditions.
    package let name: String
    /// What the values are.
    package let kind: Kind
    /// The least value of a number.
    package let min: Double?
    /// The greatest value of a number.
    package let max: Double?
    /// The values of a choice, where they are few.
    package let values: [String]?

    /// Describes a field.
    package init(
        name: String,
        kind: Kind,
        min: Double? = nil,
        max: Double? = nil,
        values: [String]? = nil
    ) {
        self.name = name
        self.kind = kind
        self.min = min
        self.max = max
        self.values = values
    }

    /// The fields without what only all pictures tell.
    static func all(_ meta: [FieldDefinition]) -> [FieldOverview] {
        GridColumns.fixedFields.map { name in
            FieldOverview(name: name, kind: kind(name), values: values(name))
        }
            + meta.map { field in
                let kind: Kind =
                    switch field.kind {
                    case .number: .number
                    case .choice, .boolean: .choice
                    case .text, .date: .text
                    }
                let values = field.kind == .boolean ? ["true", "false"] : field.choices
                return FieldOverview(
                    name: "meta.\(field.name)",
                    kind: kind,
                    values: values.isEmpty ? nil : values
                )
            }
    }

    /// The fields with what all pictures tell.
    static func all(
        _ columns: GridColumns,
        _ meta: [FieldDefinition],
        _ facets: inout FacetCounter
    ) throws -> [FieldOverview] {
        facets.follow(columns)
        return try all(meta).map { field in
            guard field.kind == .number else {
                let sources = columns.states.sourceNames.dropFirst()
                return field.name == "source"
                    ? FieldOverview(name: field.name, kind: .choice, values: Array(sources)) : field
            }
            let range = try facets.range(field.name, columns)
            return FieldOverview(
                name: field.name,
                kind: .number,
                min: range?.0,
                max: range?.1
            )
        }
    }

    private static func kind(_ name: String) -> Kind {
        switch name {
        case "class", "label", "state", "source", "issue", "format": .choice
        case "folder", "path": .text
        default: .number
        }
    }

    private static func values(_ name: String) -> [String]? {
        switch name {
        case "state": PictureState.allCases.map(\.name) + ["flagged"]
        case "issue": GridColumns.issueNames
        case "format": ImageFormat.allCases.map(\.rawValue)
        default: nil
        }
    }
}

/// The fields that people made, as columns.
enum MetaColumns {
    static func read(
        _ fields: [FieldDefinition],
        from store: DatasetStore,
        _ columns: GridColumns
    ) throws -> [String: FieldColumn] {
        var found: [String: FieldColumn] = [:]
        for field in fields { found["meta.\(field.name)"] = try column(field, store, columns) }
        return found
    }

    private static func column(
        _ field: FieldDefinition,
        _ store: DatasetStore,
        _ columns: GridColumns
    ) throws -> FieldColumn {
        let facts = columns.pictures.facts
        if field.kind == .number {
            var numbers = [Float](repeating: .nan, count: facts.count)
            try store.values(ofField: field.name) { id, value in
                guard let row = facts.row(of: id), let number = Float(value) else { return }
                numbers[row] = number.isFinite ? number : .nan
            }
            return .numbers(numbers)
        }
        var codes = [UInt32](repeating: 0, count: facts.count)
        var places: [String: UInt32] = [:]
        var texts: [String] = []
        try store.values(ofField: field.name) { id, value in
            guard let row = facts.row(of: id) else { return }
            let place = places[value] ?? UInt32(texts.count + 1)
            if places.updateValue(place, forKey: value) == nil { texts.append(value) }
            codes[row] = place
        }
        let order = texts.indices.sorted { texts[$0] < texts[$1] }
        var members = [[Int]](repeating: [], count: texts.count + 1)
        for (place, text) in order.enumerated() { members[text + 1] = [place] }
        return .choice(
            ChoiceColumn(
                values: order.map { ChoiceValue(texts[$0]) },
                codes: codes,
                members: members
            )
        )
    }
}
