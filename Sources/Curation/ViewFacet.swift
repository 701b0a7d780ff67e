import Storage

/// How the pictures of a view, and all pictures, spread over the values of a field.
package struct ViewFacet: Sendable, Codable {
    /// A range of numbers.
    package struct Bin: Sendable, Codable {
        /// Where it begins.
        package let lo: Double
        /// Where it ends; the next one begins there.
        package let hi: Double
        /// Pictures of the data set.
        package let all: Int
        /// Pictures of the view.
        package let filtered: Int
    }

    /// A value of a choice.
    package struct Value: Sendable, Codable {
        /// What names a value in conditions.
        package enum ID: Sendable, Hashable, Codable {
            case number(Int)
            case text(String)

            /// Reads a number or a text.
            package init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let number = try? container.decode(Int.self) {
                    self = .number(number)
                } else {
                    self = .text(try container.decode(String.self))
                }
            }

            /// Writes the number or the text.
            package func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                switch self {
                case .number(let number): try container.encode(number)
                case .text(let text): try container.encode(text)
                }
            }
        }

        /// The value; the number of a class or cluster.
        package let id: ID
        /// The name of a class.
        package let name: String?
        /// Pictures of the data set.
        package let all: Int
        /// Pictures of the view.
        package let filtered: Int
    }

    /// The field.
    package let field: String
    /// The ranges of a field of numbers.
    package let bins: [Bin]?
    /// The values of another field.
    package let values: [Value]?
}

/// The ranges of numbers in which pictures are counted.
struct NumberBins: Equatable {
    static let count = 48
    // Quantiles are read off so many of the rows.
    private static let probes = 20_000

    /// The least and the greatest number.
    let (least, greatest): (Double, Double)
    // Where the even steps begin and end.
    private let low: Double
    private let step: Double

    /// Takes the bulk of the numbers for even steps: what lies far outside goes into the first or the last
    /// range.
    ///
    /// - Returns: nil when there is no number.
    init?(_ numbers: [Float], _ rows: [Int32]) {
        var (low, high) = (Float.infinity, -Float.infinity)
        for row in rows where !numbers[Int(row)].isNaN {
            low = min(low, numbers[Int(row)])
            high = max(high, numbers[Int(row)])
        }
        guard low <= high else { return nil }
        let probes = stride(from: 0, to: rows.count, by: max(1, rows.count / Self.probes))
            .map { numbers[Int(rows[$0])] }.filter { !$0.isNaN }.sorted()
        var (first, last) = (low, high)
        if !probes.isEmpty {
            let margin = probes.count / 100
            let bulk = (probes[margin], probes[probes.count - 1 - margin])
            if bulk.1 > bulk.0, high - low > 2 * (bulk.1 - bulk.0) { (first, last) = bulk }
        }
        self.init(least: Double(low), greatest: Double(high), Double(first), Double(last))
    }

    init(least: Double, greatest: Double, _ low: Double, _ high: Double) {
        (self.least, self.greatest) = (least, greatest)
        self.low = low
        step = high > low ? (high - low) / Double(Self.count) : 1 / Double(Self.count)
    }

    func counts(_ numbers: [Float], _ rows: [Int32]) -> [Int] {
        var counts = [Int](repeating: 0, count: Self.count)
        let last = Double(Self.count - 1)
        let scale = 1 / step
        for row in rows {
            let number = numbers[Int(row)]
            guard !number.isNaN else { continue }
            counts[Int(max(0, min(last, (Double(number) - low) * scale)))] += 1
        }
        return counts
    }

    /// The ranges with what was counted.
    func bins(_ all: [Int], _ filtered: [Int]) -> [ViewFacet.Bin] {
        (0..<Self.count).map { place in
            let isLast = place == Self.count - 1
            let end = low + step * Double(place + 1)
            return ViewFacet.Bin(
                lo: place == 0 ? min(least, low) : low + step * Double(place),
                hi: isLast ? max(greatest, end) : end,
                all: all[place],
                filtered: filtered[place]
            )
        }
    }
}

extension ChoiceColumn {
    /// How many of the rows have each value, and how many have none.
    func counts(_ rows: [Int32]) -> (values: [Int], none: Int) {
        var byCode = [Int](repeating: 0, count: members.count)
        for row in rows { byCode[Int(codes[Int(row)])] += 1 }
        var counts = [Int](repeating: 0, count: values.count)
        var none = 0
        for (code, count) in byCode.enumerated() where count > 0 {
            for place in members[code] { counts[place] += count }
            if members[code].isEmpty { none += count }
        }
        return (counts, none)
    }
}
