import Storage

/// Narrows and orders rows of columns.
struct ViewFilter {
    let columns: GridColumns

    /// Those of the rows for which a condition holds.
    ///
    /// - Throws: `GridError.invalid` when the field is not known, or the condition does not fit it.
    func rows(_ rows: [Int32], where condition: ViewCondition) throws -> [Int32] {
        switch try columns.column(condition.field) {
        case .numbers(let numbers): try narrow(rows, numbers, condition)
        case .choice(let column): try narrow(rows, column, condition)
        case .path: try narrow(rows, byPath: condition)
        }
    }

    private func narrow(
        _ rows: [Int32],
        _ numbers: [Float],
        _ condition: ViewCondition
    ) throws -> [Int32] {
        guard condition.contains == nil else {
            throw GridError.invalid("'\(condition.field)' is a number: it contains nothing.")
        }
        var rows = rows
        if condition.from != nil || condition.to != nil {
            let low = Float(condition.from ?? -.infinity)
            let high = Float(condition.to ?? .infinity)
            rows = rows.filter { numbers[Int($0)] >= low && numbers[Int($0)] <= high }
        }
        if let wanted = condition.is {
            let (values, takesNone) = try Self.numbers(wanted, condition.field)
            rows = rows.filter {
                let number = numbers[Int($0)]
                return number.isNaN ? takesNone : values.contains(number)
            }
        }
        if let unwanted = condition.not {
            let (values, leavesNone) = try Self.numbers(unwanted, condition.field)
            rows = rows.filter {
                let number = numbers[Int($0)]
                return number.isNaN ? !leavesNone : !values.contains(number)
            }
        }
        return rows
    }

    private static func numbers(
        _ values: [FilterValue],
        _ field: String
    ) throws -> (Set<Float>, hasNone: Bool) {
        var numbers = Set<Float>()
        for value in values {
            switch value {
            case .number(let number): numbers.insert(Float(number))
            case .text(let text):
                guard let number = Float(text) else {
                    throw GridError.invalid("'\(text)' is no number, as '\(field)' is.")
                }
                numbers.insert(number)
            case .none: break
            }
        }
        return (numbers, values.contains(.none))
    }

    private func narrow(
        _ rows: [Int32],
        _ column: ChoiceColumn,
        _ condition: ViewCondition
    ) throws -> [Int32] {
        guard condition.from == nil, condition.to == nil else {
            throw GridError.invalid("'\(condition.field)' has no order: from and to do not fit.")
        }
        var allowed = [Bool](repeating: true, count: column.members.count)
        func keep(_ other: [Bool], _ isWanted: Bool) {
            for code in allowed.indices where other[code] != isWanted { allowed[code] = false }
        }
        if let wanted = condition.is { keep(column.codes(of: Self.texts(wanted)), true) }
        if let unwanted = condition.not { keep(column.codes(of: Self.texts(unwanted)), false) }
        if let part = condition.contains { keep(column.codes(containing: part), true) }
        let (codes, taken) = (column.codes, allowed)
        return rows.filter { taken[Int(codes[Int($0)])] }
    }

    private static func texts(_ values: [FilterValue]) -> [FilterValue] {
        values.map { value in
            guard case .number(let number) = value else { return value }
            return .text(Int(exactly: number).map { "\($0)" } ?? "\(number)")
        }
    }

    // MARK: - Paths

    private func narrow(_ rows: [Int32], byPath condition: ViewCondition) throws -> [Int32] {
        guard condition.from == nil, condition.to == nil, condition.not == nil else {
            throw GridError.invalid("a path takes `is` and `contains` only.")
        }
        var rows = rows
        if let part = condition.contains { rows = narrow(rows, containing: part) }
        if let wanted = condition.is {
            let facts = columns.pictures.facts
            let paths = Set(
                wanted.compactMap { value -> [UInt8]? in
                    guard case .text(let text) = value else { return nil }
                    return text.utf8.map(\.loweredASCII)
                }
            )
            let folders = facts.folderNames.map { $0.utf8.map(\.loweredASCII) }
            rows = rows.filter {
                paths.contains(folders[Int(facts.folders[Int($0)])] + facts.name(Int($0)))
            }
        }
        return rows
    }

    /// The part lies in the folder, in the name, or goes from the one into the other: then the folder
    /// ends with all of it up to its last slash.
    private func narrow(_ rows: [Int32], containing part: String) -> [Int32] {
        let facts = columns.pictures.facts
        let part = part.utf8.map(\.loweredASCII)
        guard !part.isEmpty else { return rows }
        let cut = part.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        let (head, tail) = (part[..<cut], part[cut...])
        let folders = facts.folderNames.map { $0.utf8.map(\.loweredASCII) }
        let isInFolder = folders.map { Self.has($0[...], part) }
        let meets = folders.map { cut > 0 && $0.suffix(cut).elementsEqual(head) }
        return rows.filter { row in
            let folder = Int(facts.folders[Int(row)])
            if isInFolder[folder] { return true }
            let name = facts.name(Int(row))
            if cut > 0 { return meets[folder] && name.starts(with: tail) }
            return Self.has(name, part)
        }
    }

    private static func has(_ text: ArraySlice<UInt8>, _ part: [UInt8]) -> Bool {
        guard let first = part.first, text.count >= part.count else { return false }
        for start in text.startIndex...(text.endIndex - part.count) where text[start] == first {
            if text[start...].starts(with: part) { return true }
        }
        return false
    }

    // MARK: - Order

    /// The rows in an order; of those that are alike the lower number comes first.
    ///
    /// - Throws: `GridError.invalid` when the field is not known.
    func sorted(_ rows: [Int32], by sort: ViewSort) throws -> [Int32] {
        let isDescending = sort.descending ?? false
        if sort.field == "id" {
            return isDescending ? rows.sorted(by: >) : rows.sorted()
        }
        let keys: [UInt32]
        switch try columns.column(sort.field) {
        case .numbers(let numbers): keys = rows.map { Self.key(numbers[Int($0)], isDescending) }
        case .choice(let column):
            let ranks = column.ranks
            keys = rows.map { row in
                let rank = ranks[Int(column.codes[Int(row)])]
                return isDescending && rank != .max ? .max - 1 - rank : rank
            }
        case .path:
            let ranks = pathRanks(of: rows)
            keys = isDescending ? ranks.map { .max - 1 - $0 } : ranks
        }
        var packed = zip(keys, rows).map { UInt64($0) << 32 | UInt64(UInt32(bitPattern: $1)) }
        packed.sort()
        return packed.map { Int32(truncatingIfNeeded: $0) }
    }

    /// A number whose order is that of the reals; what is none comes last in both directions.
    private static func key(_ number: Float, _ isDescending: Bool) -> UInt32 {
        guard !number.isNaN else { return .max }
        let bits = (number == 0 ? 0 : number).bitPattern
        let ordered = bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
        return isDescending ? ~ordered : ordered
    }

    /// The place of each of the rows among them, by path.
    private func pathRanks(of rows: [Int32]) -> [UInt32] {
        let facts = columns.pictures.facts
        let names = facts.folderNames
        var places = [Int](repeating: 0, count: names.count)
        for (place, folder) in names.indices.sorted(by: { names[$0] < names[$1] }).enumerated() {
            places[folder] = place
        }
        let order = rows.indices.sorted { left, right in
            let (one, other) = (Int(rows[left]), Int(rows[right]))
            let (first, second) = (
                places[Int(facts.folders[one])], places[Int(facts.folders[other])]
            )
            guard first == second else { return first < second }
            return facts.name(one).lexicographicallyPrecedes(facts.name(other))
        }
        var ranks = [UInt32](repeating: 0, count: rows.count)
        for (rank, place) in order.enumerated() { ranks[place] = UInt32(rank) }
        return ranks
    }
}
