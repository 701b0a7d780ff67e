package import CurationCore

/// The share of the samples that each split gets; the shares add up to 1.
package struct SplitFractions: Sendable, Equatable {
    /// The share of each split that has one above 0.
    package let shares: [Split: Double]

    private init(shares: [Split: Double]) { self.shares = shares }

    /// Reads `train=0.8,val=0.1,test=0.1`.
    ///
    /// - Throws: `ExportError.badFractions` with the part that is wrong.
    package init(parsing text: String) throws(ExportError) {
        var shares: [Split: Double] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2 else {
                throw .badFractions(text: text, reason: "'\(part)' is not NAME=SHARE")
            }
            let name = sides[0].trimmed
            guard let split = Split.allCases.first(where: { $0.has(name: name) }) else {
                throw .badFractions(
                    text: text,
                    reason: "'\(name)' is not a split (train, val or test)"
                )
            }
            guard let share = Double(sides[1].trimmed), (0...1).contains(share) else {
                throw .badFractions(text: text, reason: "'\(sides[1])' is not a number from 0 to 1")
            }
            guard shares.updateValue(share, forKey: split) == nil else {
                throw .badFractions(text: text, reason: "\(split.shortName) is given twice")
            }
        }
        let sum = shares.values.sorted().reduce(0, +)
        guard abs(sum - 1) <= 1e-6 else {
            throw .badFractions(text: text, reason: "the shares add up to \(sum), not to 1")
        }
        self.shares = shares.filter { $0.value > 0 }
    }

    /// The splits that get samples, in the order train, validation, test.
    var splits: [Split] { Split.allCases.filter { shares[$0] != nil } }
}

extension Split {
    fileprivate func has(name: String) -> Bool { name == shortName || name == rawValue }
}

extension Substring {
    fileprivate var trimmed: String {
        let start = drop { $0 == " " }
        return String(start.reversed().drop { $0 == " " }.reversed())
    }
}
