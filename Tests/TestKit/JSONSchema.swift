import Foundation

/// A JSON document.
package enum JSONDocument: Decodable, Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONDocument])
    case object([String: JSONDocument])

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let values = try? container.decode([JSONDocument].self) {
            self = .array(values)
        } else {
            self = .object(try container.decode([String: JSONDocument].self))
        }
    }

    /// Reads a text.
    package init(parsing text: some StringProtocol) throws {
        self = try JSONDecoder().decode(JSONDocument.self, from: Data(text.utf8))
    }

    subscript(key: String) -> JSONDocument? {
        if case .object(let members) = self { members[key] } else { nil }
    }
}

/// The schemas of `schemas/`, by the keywords of JSON Schema 2020-12 that these use.
package struct JSONSchemas {
    private var files: [String: JSONDocument] = [:]

    /// Starts without having read a file.
    package init() {}

    /// Where `document` breaks the schema at `reference`, for example `a.json#/$defs/b`; empty when
    /// it does not.
    package mutating func faults(
        in document: JSONDocument,
        against reference: String
    ) throws -> [String] {
        let parts = reference.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let file = String(parts[0])
        var schema = try read(file)
        for key in parts.count > 1 ? parts[1].split(separator: "/") : [] {
            guard let next = schema[String(key)] else { return ["there is no schema \(reference)"] }
            schema = next
        }
        return try check(document, schema, file: file, at: "$")
    }

    private mutating func read(_ file: String) throws -> JSONDocument {
        if let known = files[file] { return known }
        let url = Fixtures.packageRoot.appending(path: "schemas/\(file)")
        let schema = try JSONDecoder().decode(JSONDocument.self, from: Data(contentsOf: url))
        files[file] = schema
        return schema
    }

    private mutating func check(
        _ document: JSONDocument,
        _ schema: JSONDocument,
        file: String,
        at place: String
    ) throws -> [String] {
        guard case .object(let keywords) = schema else {
            return schema == .bool(false) ? ["\(place) is not allowed"] : []
        }
        var faults: [String] = []
        for (keyword, value) in keywords {
            faults += try check(document, keyword, value, keywords, file: file, at: place)
        }
        return faults
    }

    private mutating func check(
        _ document: JSONDocument,
        _ keyword: String,
        _ value: JSONDocument,
        _ all: [String: JSONDocument],
        file: String,
        at place: String
    ) throws -> [String] {
        switch (keyword, value) {
        case ("$ref", .string(let reference)):
            return try faults(
                in: document,
                against: reference.hasPrefix("#") ? file + reference : reference
            ).map { "\(place): \($0)" }
        case ("allOf", .array(let schemas)):
            return try schemas.flatMap { try check(document, $0, file: file, at: place) }
        case ("anyOf", .array(let schemas)), ("oneOf", .array(let schemas)):
            let fitting = try schemas.count {
                try check(document, $0, file: file, at: place).isEmpty
            }
            let isRight = keyword == "anyOf" ? fitting > 0 : fitting == 1
            return isRight ? [] : ["\(place) fits \(fitting) schemas of \(keyword)"]
        case ("if", _):
            guard let then = all["then"], try check(document, value, file: file, at: place).isEmpty
            else { return [] }
            return try check(document, then, file: file, at: place)
        default:
            if case .object(let members) = document {
                return try check(members, keyword, value, all, file: file, at: place)
            }
            if case .array(let elements) = document, keyword == "items" || keyword == "prefixItems"
            {
                return try check(elements, keyword, value, all, file: file, at: place)
            }
            return Self.isRight(document, keyword, value)
                ? [] : ["\(place) breaks \(keyword) \(value)"]
        }
    }

    private mutating func check(
        _ elements: [JSONDocument],
        _ keyword: String,
        _ value: JSONDocument,
        _ all: [String: JSONDocument],
        file: String,
        at place: String
    ) throws -> [String] {
        if keyword == "prefixItems", case .array(let schemas) = value {
            return try zip(elements, schemas).enumerated().flatMap { index, pair in
                try check(pair.0, pair.1, file: file, at: "\(place)[\(index)]")
            }
        }
        var first = 0
        if case .array(let prefix)? = all["prefixItems"] { first = prefix.count }
        return try elements.dropFirst(first).enumerated().flatMap { index, element in
            try check(element, value, file: file, at: "\(place)[\(first + index)]")
        }
    }

    private mutating func check(
        _ members: [String: JSONDocument],
        _ keyword: String,
        _ value: JSONDocument,
        _ all: [String: JSONDocument],
        file: String,
        at place: String
    ) throws -> [String] {
        switch (keyword, value) {
        case ("properties", .object(let schemas)):
            return try schemas.flatMap { name, schema in
                try members[name].map { try check($0, schema, file: file, at: "\(place).\(name)") }
                    ?? []
            }
        case ("additionalProperties", _):
            var known: Set<String> = []
            if case .object(let schemas)? = all["properties"] { known = Set(schemas.keys) }
            return try members.filter { !known.contains($0.key) }.flatMap { name, member in
                try check(member, value, file: file, at: "\(place).\(name)")
            }
        case ("propertyNames", _):
            return try members.keys.flatMap { name in
                try check(.string(name), value, file: file, at: "the name \(place).\(name)")
            }
        case ("required", .array(let names)):
            return names.compactMap { name in
                guard case .string(let name) = name, members[name] == nil else { return nil }
                return "\(place) lacks \(name)"
            }
        default:
            let isRight = Self.isRight(.object(members), keyword, value)
            return isRight ? [] : ["\(place) breaks \(keyword) \(value)"]
        }
    }

    /// Whether a value obeys a keyword that looks at it alone.
    private static func isRight(
        _ document: JSONDocument,
        _ keyword: String,
        _ value: JSONDocument
    ) -> Bool {
        switch (keyword, value, document) {
        case ("type", .string(let name), _): return isOfType(document, name)
        case ("type", .array(let names), _):
            return names.contains {
                if case .string(let name) = $0 { isOfType(document, name) } else { false }
            }
        case ("const", _, _): return document == value
        case ("enum", .array(let values), _): return values.contains(document)
        case ("minimum", .number(let limit), .number(let number)): return number >= limit
        case ("maximum", .number(let limit), .number(let number)): return number <= limit
        case ("exclusiveMinimum", .number(let limit), .number(let number)): return number > limit
        case ("minLength", .number(let limit), .string(let text)):
            return text.unicodeScalars.count >= Int(limit)
        case ("pattern", .string(let pattern), .string(let text)):
            return (try? Regex(pattern))?.firstMatchExists(in: text) ?? false
        case ("minItems", .number(let limit), .array(let elements)):
            return elements.count >= Int(limit)
        case ("maxItems", .number(let limit), .array(let elements)):
            return elements.count <= Int(limit)
        case ("uniqueItems", .bool(true), .array(let elements)):
            return Set(elements).count == elements.count
        default: return knownKeywords.contains(keyword)
        }
    }

    // A keyword that is not here is a fault, so that no schema says what nothing holds it to.
    private static let knownKeywords: Set = [
        "$defs", "$schema", "additionalProperties", "description", "exclusiveMinimum", "format",
        "items", "maxItems", "maximum", "minItems", "minLength", "minimum", "pattern",
        "prefixItems", "properties", "propertyNames", "required", "then", "title", "uniqueItems",
    ]

    private static func isOfType(_ document: JSONDocument, _ name: String) -> Bool {
        switch (name, document) {
        case ("null", .null), ("boolean", .bool), ("number", .number), ("string", .string),
            ("array", .array), ("object", .object):
            true
        case ("integer", .number(let number)): number == number.rounded()
        default: false
        }
    }
}

extension Regex<AnyRegexOutput> {
    fileprivate func firstMatchExists(in text: String) -> Bool {
        (try? firstMatch(in: text)) != nil
    }
}
