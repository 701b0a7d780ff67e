import Storage

/// Counts pictures by the values of fields; what it counted of all of them it keeps.
struct FacetCounter {
    // More values than these nobody looks through.
    private static let mostValues = 200

    /// What the kept counts are of: they are dropped when it changes.
    private var followed = (facts: "", generation: -1, sight: "")
    private var bins: [String: (bins: NumberBins?, all: [Int])] = [:]
    private var choices: [String: (values: [Int], none: Int)] = [:]
    private var clusters: [Float: Int]?

    /// Drops what was counted of another state: measures stay while labels change.
    mutating func follow(_ columns: GridColumns) {
        let isNow = columns.atVersion == nil
        let generation = isNow ? columns.pictures.generation : -1
        let facts = isNow ? columns.factsMark : ""
        let sight = columns.seen?.mark ?? ""
        if !isNow || followed.generation != generation || followed.sight != sight {
            choices = [:]
            bins["score"] = nil
        }
        if !isNow || followed.facts != facts { (bins, clusters) = ([:], nil) }
        followed = (facts, generation, sight)
    }

    /// The counts of one field.
    ///
    /// - Throws: `GridError.invalid` when there is no such field, or it has no counts.
    mutating func facet(
        _ field: String,
        _ columns: GridColumns,
        _ rows: [Int32]
    ) throws -> ViewFacet {
        switch try columns.column(field) {
        case .path: throw GridError.invalid("'\(field)' has no counts.")
        case .numbers(let numbers) where field == "cluster":
            return facet(ofClusters: numbers, columns, rows)
        case .numbers(let numbers):
            let known = bins[field] ?? count(numbers, field, columns.present)
            // It is another one for each picture.
            if field != "similarity" { bins[field] = known }
            guard let ranges = known.bins else {
                return ViewFacet(field: field, bins: [], values: nil)
            }
            let filtered = ranges.counts(numbers, rows)
            return ViewFacet(field: field, bins: ranges.bins(known.all, filtered), values: nil)
        case .choice(let column):
            // What is given out changes without the log.
            let known = field == "state" ? nil : choices[field]
            let all = known ?? column.counts(columns.present)
            choices[field] = all
            return facet(field, column, all, column.counts(rows))
        }
    }

    /// The least and the greatest of a field of numbers; nil without any.
    mutating func range(_ field: String, _ columns: GridColumns) throws -> (Double, Double)? {
        guard case .numbers(let numbers) = try columns.column(field) else { return nil }
        let known = bins[field] ?? count(numbers, field, columns.present)
        bins[field] = known
        return known.bins.map { ($0.least, $0.greatest) }
    }

    private func count(
        _ numbers: [Float],
        _ field: String,
        _ rows: [Int32]
    ) -> (bins: NumberBins?, all: [Int]) {
        let ranges =
            field == "score"
            ? NumberBins(least: 0, greatest: 1, 0, 1) : NumberBins(numbers, rows)
        return (ranges, ranges?.counts(numbers, rows) ?? [])
    }

    private func facet(
        _ field: String,
        _ column: ChoiceColumn,
        _ all: (values: [Int], none: Int),
        _ filtered: (values: [Int], none: Int)
    ) -> ViewFacet {
        let isOfClasses = field == "class" || field == "label"
        var places = Array(column.values.indices)
        if !isOfClasses {
            if field != "state" { places = places.filter { all.values[$0] > 0 } }
            if places.count > Self.mostValues {
                places = Array(
                    places.sorted { all.values[$0] > all.values[$1] }.prefix(Self.mostValues)
                )
            }
        }
        var values = places.map { place in
            let value = column.values[place]
            return ViewFacet.Value(
                id: value.number.map { .number($0) } ?? .text(value.text),
                name: isOfClasses ? value.text : nil,
                all: all.values[place],
                filtered: filtered.values[place]
            )
        }
        if isOfClasses {
            values.append(
                ViewFacet.Value(id: .number(0), name: nil, all: all.none, filtered: filtered.none)
            )
        }
        return ViewFacet(field: field, bins: nil, values: values)
    }

    private mutating func facet(
        ofClusters numbers: [Float],
        _ columns: GridColumns,
        _ rows: [Int32]
    ) -> ViewFacet {
        func count(_ rows: [Int32]) -> [Float: Int] {
            var counts: [Float: Int] = [:]
            for row in rows where !numbers[Int(row)].isNaN {
                counts[numbers[Int(row)], default: 0] += 1
            }
            return counts
        }
        let all = clusters ?? count(columns.present)
        clusters = all
        let filtered = count(rows)
        let most = all.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.mostValues)
        let values = most.map { cluster, count in
            ViewFacet.Value(
                id: .number(Int(cluster)),
                name: nil,
                all: count,
                filtered: filtered[cluster] ?? 0
            )
        }
        return ViewFacet(field: "cluster", bins: nil, values: values)
    }
}
