/// The most likely class of every row, and how sure it is.
struct Candidates {
    /// The most likely class of each row; nil where every class is refuted or none is known.
    let best: [Int?]
    /// How far the most likely class is ahead of the second, 0 to 1.
    let margins: [Float]
    private let probabilities: [Float]
    private let classCount: Int
    private let rowsOfClass: [[Int]]

    /// Reads the probabilities of `state`.
    init(_ state: PlanningState) {
        let count = state.classes.count
        probabilities = state.probabilities
        classCount = count
        var best = [Int?](repeating: nil, count: state.samples.count)
        var margins = [Float](repeating: 0, count: state.samples.count)
        var rows = [[Int]](repeating: [], count: count)
        for row in state.samples.indices where !probabilities.isEmpty && state.isOpen(row) {
            var (first, second): (Float, Float) = (0, 0)
            for label in 0..<count {
                let probability = state.probabilities[row * count + label]
                if probability > first {
                    (first, second) = (probability, first)
                    best[row] = label
                } else if probability > second {
                    second = probability
                }
            }
            margins[row] = first - second
            if let label = best[row] { rows[label].append(row) }
        }
        for label in 0..<count {
            rows[label].sort { left, right in
                let a = state.probabilities[left * count + label]
                let b = state.probabilities[right * count + label]
                return a == b ? left < right : a > b
            }
        }
        self.best = best
        self.margins = margins
        rowsOfClass = rows
    }

    /// The open rows whose most likely class is `label`, surest first.
    func rows(of label: Int) -> [Int] { rowsOfClass[label] }

    /// How likely `row` carries `label`.
    func probability(_ row: Int, _ label: Int) -> Double {
        Double(probabilities[row * classCount + label])
    }
}
