/// Turns scores of classes into probabilities.
package enum Softmax {
    /// The probabilities of `scores`, divided by `temperature`; 0 for the classes in `excluded`.
    ///
    /// All are 0 when every class is excluded. An excluded class keeps `doubt` of what it had, which
    /// the others lack: what excluded it may be wrong.
    package static func probabilities(
        _ scores: some RandomAccessCollection<Float>,
        temperature: Double = 1,
        excluding excluded: Set<Int> = [],
        doubt: Float = 0
    ) -> [Float] {
        var highest = -Float.infinity
        for (index, score) in scores.enumerated() where doubt > 0 || !excluded.contains(index) {
            highest = max(highest, score)
        }
        let factor = Float(1 / temperature)
        var sum: Float = 0
        var result: [Float] = []
        result.reserveCapacity(scores.count)
        for (index, score) in scores.enumerated() {
            guard !excluded.contains(index) else {
                if doubt > 0 { sum += doubt * Exponential.exp((score - highest) * factor) }
                result.append(0)
                continue
            }
            let value = Exponential.exp((score - highest) * factor)
            result.append(value)
            sum += value
        }
        guard sum > 0 else { return result }
        for index in result.indices { result[index] /= sum }
        return result
    }
}
