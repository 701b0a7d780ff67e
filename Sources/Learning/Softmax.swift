/// Turns scores of classes into probabilities.
package enum Softmax {
    /// The probabilities of `scores`, divided by `temperature`; 0 for the classes in `excluded`.
    ///
    /// All are 0 when every class is excluded.
    package static func probabilities(
        _ scores: some RandomAccessCollection<Float>,
        temperature: Double = 1,
        excluding excluded: Set<Int> = []
    ) -> [Float] {
        var highest = -Float.infinity
        for (index, score) in scores.enumerated() where !excluded.contains(index) {
            highest = max(highest, score)
        }
        let factor = Float(1 / temperature)
        var sum: Float = 0
        var result: [Float] = []
        result.reserveCapacity(scores.count)
        for (index, score) in scores.enumerated() {
            let value =
                excluded.contains(index) ? 0 : Exponential.exp((score - highest) * factor)
            result.append(value)
            sum += value
        }
        guard sum > 0 else { return result }
        for index in result.indices { result[index] /= sum }
        return result
    }
}
