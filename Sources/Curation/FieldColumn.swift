/// A value of a choice.
struct ChoiceValue {
    /// The number of a class; nil for a value that is a text.
    let number: Int?
    /// The text, which conditions name.
    let text: String

    init(_ text: String, number: Int? = nil) {
        self.text = text
        self.number = number
    }
}

/// A field in which each picture has one or several of some values.
struct ChoiceColumn {
    /// The values, in their order.
    let values: [ChoiceValue]
    /// The code of each row.
    let codes: [UInt32]
    /// The values that a code stands for, as places in `values`.
    let members: [[Int]]
    /// Other words for values: `reviewer` for all reviewers.
    var aliases: [String: Set<Int>] = [:]

    /// Codes that stand for one value each, after a first one for none.
    init(single values: [ChoiceValue], codes: [UInt32]) {
        self.init(values: values, codes: codes, members: [[]] + values.indices.map { [$0] })
    }

    init(values: [ChoiceValue], codes: [UInt32], members: [[Int]]) {
        self.values = values
        self.codes = codes
        self.members = members
    }

    /// The codes that stand for one of the values named; nil in them is for none.
    func codes(of wanted: [FilterValue]) -> [Bool] {
        var places = Set<Int>()
        for case .text(let text) in wanted {
            places.formUnion(values.indices.filter { values[$0].text == text })
            places.formUnion(aliases[text] ?? [])
        }
        let takesNone = wanted.contains(.none)
        return members.map { members in
            members.isEmpty ? takesNone : members.contains(where: places.contains)
        }
    }

    /// The codes one of whose values has a part.
    func codes(containing part: String) -> [Bool] {
        let part = part.lowercased()
        let has = values.map { $0.text.lowercased().contains(part) }
        return members.map { $0.contains { has[$0] } }
    }

    /// The place of each code in the order of the values; those of none come last.
    var ranks: [UInt32] { members.map { $0.min().map { UInt32($0) } ?? .max } }
}

/// A field of all pictures, a value a row.
enum FieldColumn {
    /// Numbers; NaN for none.
    case numbers([Float])
    case choice(ChoiceColumn)
    /// Where the files lie.
    case path
}
