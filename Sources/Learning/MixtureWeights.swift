/// How much each of several models counts when their probabilities are averaged.
///
/// The weights at which labels that the models did not see are likeliest: stacking of densities (Smyth and
/// Wolpert 1999), found by expectation and maximisation.
package struct MixtureWeights: Sendable, Equatable {
    /// The weight of each model, 0 to 1, 1 in all.
    package let weights: [Double]

    private static let iterations = 200
    // One label of each model beforehand, so that few labels do not silence a model.
    private static let prior = 1.0

    /// Finds the weights.
    ///
    /// - Parameters:
    ///   - probabilities: Of each model, `classCount` numbers for each label; at least one model.
    ///   - labels: The right classes.
    ///   - classCount: Classes.
    package init(probabilities: [[Float]], labels: [Int], classCount: Int) {
        let count = probabilities.count
        let likelihoods = labels.indices.map { row in
            probabilities.map { Double(max($0[row * classCount + labels[row]], 1e-6)) }
        }
        var weights = [Double](repeating: 1 / Double(count), count: count)
        for _ in 0..<Self.iterations {
            var shares = [Double](repeating: Self.prior, count: count)
            for line in likelihoods {
                let joint = zip(weights, line).map { $0 * $1 }
                let sum = joint.reduce(0, +)
                for index in shares.indices { shares[index] += joint[index] / sum }
            }
            let sum = shares.reduce(0, +)
            weights = shares.map { $0 / sum }
        }
        self.weights = weights
    }

    /// The weighted mean of the models' probabilities; a row of which a model says nothing, zeros, is
    /// left to the others.
    package func mix(_ probabilities: [[Float]], classCount: Int) -> [Float] {
        var mixed = [Float](repeating: 0, count: probabilities[0].count)
        for row in 0..<mixed.count / max(classCount, 1) {
            let places = row * classCount..<(row + 1) * classCount
            var sum: Float = 0
            for (weight, model) in zip(weights, probabilities)
            where model[places].contains(where: { $0 > 0 }) {
                for place in places { mixed[place] += Float(weight) * model[place] }
                sum += Float(weight)
            }
            for place in places where sum > 0 { mixed[place] /= sum }
        }
        return mixed
    }
}
