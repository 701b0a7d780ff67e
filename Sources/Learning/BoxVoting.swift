import CurationCore

/// Guesses about the same thing as one box, with what speaks for it.
struct BoxCandidate {
    /// The mean of the boxes, each counted by its presence.
    let box: BoundingBox
    /// The likeliest class.
    let category: Int
    /// The highest presence of the guesses.
    let presence: Double
    /// What tells right boxes from wrong ones, beside the class: see `evidenceCount`.
    let evidence: [Float]

    /// Numbers of evidence.
    static let evidenceCount = 9

    // Boxes that share more than this are about the same thing.
    private static let overlap = 0.35

    /// Joins the guesses, likeliest first: greedy suppression, where what is suppressed still votes on
    /// the box (Gidaris and Komodakis 2015).
    ///
    /// - Parameters:
    ///   - guesses: Likeliest first.
    ///   - cell: The side of a cell of the map in pixels.
    ///   - width: Pixels of the picture across.
    ///   - height: Pixels of the picture down.
    /// - Returns: The candidates, likeliest first.
    static func joining(
        _ guesses: [PlaceScorer.Guess],
        cell: Double,
        width: Int,
        height: Int
    ) -> [BoxCandidate] {
        var isLeft = Array(repeating: true, count: guesses.count)
        var found: [BoxCandidate] = []
        for first in guesses.indices where isLeft[first] {
            var own: [PlaceScorer.Guess] = []
            for other in first..<guesses.count where isLeft[other] {
                let shared = guesses[first].box.intersectionOverUnion(guesses[other].box)
                guard other == first || shared >= overlap else { continue }
                isLeft[other] = false
                own.append(guesses[other])
            }
            found.append(BoxCandidate(own, cell: cell, width: width, height: height))
        }
        return found
    }

    private init(_ guesses: [PlaceScorer.Guess], cell: Double, width: Int, height: Int) {
        let sum = guesses.reduce(0) { $0 + $1.presence }
        let box = BoundingBox.mean(guesses.map { ($0.box, $0.presence) })
        var shares = [Double](repeating: 0, count: guesses[0].shares.count)
        for guess in guesses {
            for index in shares.indices { shares[index] += guess.presence * guess.shares[index] }
        }
        let best = shares.indices.max { (shares[$0], $1) < (shares[$1], $0) } ?? 0
        self.box = box
        category = best
        presence = guesses[0].presence
        let agreements = guesses.map { ($0.box.intersectionOverUnion(box), $0.presence) }
        let area = max(box.width * box.height / (cell * cell), 0.5)
        let edge = min(
            box.x,
            box.y,
            Double(width) - box.x - box.width,
            Double(height) - box.y - box.height
        )
        func log(_ value: Double) -> Float { Float(Exponential.log(max(value, 1e-6))) }
        evidence = [
            log(presence / max(1 - presence, 1e-6)),
            log(sum + 0.01),
            log(sum / area + 0.01),
            Float(agreements.reduce(0) { $0 + $1.0 * $1.1 } / sum),
            Float(shares[best] / max(shares.reduce(0, +), 1e-9)),
            Float(agreements.map(\.0).min() ?? 1),
            edge < cell / 6 ? 1 : 0,
            log(box.width / cell),
            log(box.height / cell),
        ]
    }
}
