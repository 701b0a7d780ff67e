/// Proposes for each row the classes that labelling functions vote for, weighed by how often each is right.
///
/// A naive Bayes vote: a function that is right with probability a gives its class the odds
/// a (C - 1) / (1 - a) over each other one (Ratner and others 2017, with functions taken for independent).
package struct LabelingVote: Sendable {
    /// How one function did.
    package struct Record: Sendable, Equatable {
        /// Rows that it votes on.
        package let covered: Int
        /// Rows among them where another one votes for another class.
        package let conflicts: Int
        /// Rows among them whose class people gave.
        package let checked: Int
        /// How many of those have the class that it votes for.
        package let right: Int

        /// How often it is taken to be right: as found, from a prior of 0.7 that counts as three rows.
        package var accuracy: Double {
            min(0.99, max(0.01, (2.1 + Double(right)) / (3 + Double(checked))))
        }
    }

    /// How each function did.
    package let records: [Record]
    /// The probability of each class for every row, `classCount` numbers a row; zeros where no function
    /// votes.
    package let probabilities: [Float]

    /// Counts the votes.
    ///
    /// - Parameters:
    ///   - votes: For each function whether it votes on each row.
    ///   - classes: For each function the class that it votes for.
    ///   - known: The class that people gave each row; nil where none is decided.
    ///   - refuted: The classes that each row does not carry.
    ///   - classCount: Classes known.
    package init(
        votes: [[Bool]],
        classes: [Int],
        known: [Int?],
        refuted: [Set<Int>],
        classCount: Int
    ) {
        let records = votes.indices.map { own in
            let rows = known.indices.filter { votes[own][$0] }
            return Record(
                covered: rows.count,
                conflicts: rows.count { row in
                    votes.indices.contains { votes[$0][row] && classes[$0] != classes[own] }
                },
                checked: rows.count { known[$0] != nil },
                right: rows.count { known[$0] == classes[own] }
            )
        }
        let others = Double(max(classCount - 1, 1))
        let weights = records.map { record in
            Float(
                Exponential.log(record.accuracy) - Exponential.log(1 - record.accuracy)
                    + Exponential.log(others)
            )
        }
        var result = [Float](repeating: 0, count: known.count * classCount)
        for row in known.indices {
            var scores = [Float](repeating: 0, count: classCount)
            var isVoted = false
            for own in votes.indices where votes[own][row] {
                scores[classes[own]] += weights[own]
                isVoted = true
            }
            guard isVoted else { continue }
            let shares = Softmax.probabilities(scores, excluding: refuted[row])
            for label in 0..<classCount { result[row * classCount + label] = shares[label] }
        }
        self.records = records
        probabilities = result
    }
}
