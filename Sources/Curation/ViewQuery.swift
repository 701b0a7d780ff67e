package import CurationCore

/// A value that a condition names.
package enum FilterValue: Sendable, Hashable, Codable {
    case text(String)
    case number(Double)
    /// Without any value.
    case none

    /// Reads a string, a number or null.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .none
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .number(try container.decode(Double.self))
        }
    }

    /// Writes a string, a number or null.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        case .none: try container.encodeNil()
        }
    }
}

/// What must hold of a field; all that is given must hold.
package struct ViewCondition: Sendable, Hashable, Codable {
    /// The field: `class`, `score`, `meta.consent`.
    package let field: String
    /// One of these.
    package let `is`: [FilterValue]?
    /// None of these.
    package let not: [FilterValue]?
    /// At least.
    package let from: Double?
    /// At most.
    package let to: Double?
    /// A part of the text.
    package let contains: String?

    /// Describes a condition.
    package init(
        field: String,
        is: [FilterValue]? = nil,
        not: [FilterValue]? = nil,
        from: Double? = nil,
        to: Double? = nil,
        contains: String? = nil
    ) {
        self.field = field
        self.is = `is`
        self.not = not
        self.from = from
        self.to = to
        self.contains = contains
    }
}

/// The order of a view.
package struct ViewSort: Sendable, Hashable, Codable {
    /// The field.
    package let field: String
    /// Whether the greatest comes first.
    package let descending: Bool?

    /// Describes an order.
    package init(field: String, descending: Bool? = nil) {
        self.field = field
        self.descending = descending
    }
}

/// Which pictures a view shows, in which order.
package struct ViewQuery: Sendable, Hashable, Codable {
    /// What must hold of each picture.
    package let filter: [ViewCondition]?
    /// The order; by number where none is given.
    package let sort: ViewSort?
    /// A committed version, for the pictures and labels as they were there.
    package let version: String?
    /// The picture by whose likeness to order.
    package let similarTo: Sample.ID?
    /// Another view, of which only pictures are taken.
    package let within: String?

    enum CodingKeys: String, CodingKey {
        case filter, sort, version, within
        case similarTo = "similar_to"
    }

    /// Describes a view.
    package init(
        filter: [ViewCondition]? = nil,
        sort: ViewSort? = nil,
        version: String? = nil,
        similarTo: Sample.ID? = nil,
        within: String? = nil
    ) {
        self.filter = filter
        self.sort = sort
        self.version = version
        self.similarTo = similarTo
        self.within = within
    }

    /// Whether it asks for the state, which changes as items are given out.
    var asksForState: Bool {
        sort?.field == "state" || (filter ?? []).contains { $0.field == "state" }
    }
}

/// Why something about a view or a picture is not done.
package enum GridError: Error, Equatable {
    /// The view is not known any more.
    case noView
    /// There is no such picture.
    case noImage
    /// The request cannot be used; the sentence says why.
    case invalid(String)
    /// Another number of pictures was chosen than the page thought.
    case countDiffers(expected: Int, found: Int)
    /// The name of the decision was used for another one.
    case conflict
    /// Somebody changed the labels meanwhile.
    case newerVersion
    /// The person is asked about a picture in the queue, without what others said of it.
    case askedBlindly
}
