/// Proposes for each row the class whose mean it is most like: enough where a class has few labels.
///
/// Snell and others, "Prototypical networks for few-shot learning", 2017, on features as they are.
package enum ClassPrototypes {
    /// By how much the logarithm of a probability falls with the cosine: the best of these is chosen.
    private static let sharpnesses: [Float] = [2, 4, 8, 16, 32]

    /// The probability of each class for every row, `classCount` numbers a row.
    ///
    /// A class without a label has 0; a row all of whose classes are refuted has zeros.
    package static func probabilities(
        features: Matrix,
        labels: [Int?],
        refuted: [Set<Int>],
        classCount: Int
    ) -> [Float] {
        precondition(labels.count == features.rows && refuted.count == features.rows)
        var unit = features
        for row in 0..<unit.rows {
            let length = unit.squaredNorm(row).squareRoot()
            if length > 0 { unit.scale(row, by: 1 / length) }
        }
        var sums = Matrix(rows: classCount, columns: features.columns)
        var counts = [Int](repeating: 0, count: classCount)
        for (row, label) in labels.enumerated() {
            guard let label else { continue }
            sums.add(1, unit, row, to: label)
            counts[label] += 1
        }
        let absent = Set(counts.indices.filter { counts[$0] == 0 })
        let lengths = counts.indices.map { sums.squaredNorm($0).squareRoot() }
        let products = unit.timesTransposed(sums)
        func cosines(_ row: Int) -> [Float] {
            counts.indices.map { lengths[$0] > 0 ? products[row, $0] / lengths[$0] : 0 }
        }
        let sharpness = sharpness(labels, unit, sums, counts, absent, cosines)
        return labels.indices.flatMap { row in
            Softmax.probabilities(
                cosines(row).map { $0 * sharpness },
                excluding: refuted[row].union(absent)
            )
        }
    }

    /// The one at which the labels are likeliest, each seen from a mean without its own row.
    private static func sharpness(
        _ labels: [Int?],
        _ unit: Matrix,
        _ sums: Matrix,
        _ counts: [Int],
        _ absent: Set<Int>,
        _ cosines: (Int) -> [Float]
    ) -> Float {
        var losses = [Double](repeating: 0, count: sharpnesses.count)
        for (row, label) in labels.enumerated() {
            guard let label, counts[label] > 1 else { continue }
            var line = cosines(row)
            // The mean of the others: its product with the row, and its length.
            let product = sums.dot(label, unit, row) - 1
            let length = (sums.squaredNorm(label) - 2 * (product + 1) + 1).squareRoot()
            line[label] = length > 0 ? product / length : 0
            for (index, sharpness) in sharpnesses.enumerated() {
                let found = Softmax.probabilities(
                    line.map { $0 * sharpness },
                    excluding: absent
                )
                losses[index] -= Exponential.log(Double(max(found[label], 1e-12)))
            }
        }
        let best = losses.indices.min { (losses[$0], $0) < (losses[$1], $1) } ?? 0
        return losses[best] > 0 ? sharpnesses[best] : sharpnesses[2]
    }
}
