/// How far the labelling of a picture has come, as one number.
package enum PictureState: UInt8, Sendable, CaseIterable {
    case none, proposed, accepted, corrected, rejected, leased

    /// The name in filters.
    package var name: String {
        switch self {
        case .none: "none"
        case .proposed: "proposed"
        case .accepted: "accepted"
        case .corrected: "corrected"
        case .rejected: "rejected"
        case .leased: "leased"
        }
    }
}

/// What is said of all pictures, as columns in memory beside those of `PictureFacts`.
package struct PictureStates: Sendable {
    /// Whether a picture belongs to the data set.
    package internal(set) var isPresent: [Bool]
    /// The class that counts: the accepted one, else the best that is proposed; 0 for none.
    package internal(set) var classes: [UInt16]
    /// The accepted class; 0 for none.
    package internal(set) var labels: [UInt16]
    /// The probability of the class by the model; NaN for none.
    package internal(set) var scores: [Float]
    /// How far each has come, as `PictureState`.
    package internal(set) var states: [UInt8]
    /// Who said the class, as places in `sourceNames`; 0 for nobody.
    package internal(set) var sources: [UInt16]
    /// Who says something.
    package private(set) var sourceNames = [""]
    /// The classes of the things in each picture, as places in `classSets`; empty unless the data set is
    /// of things.
    package internal(set) var sets: [UInt32] = []
    /// Sets of classes, each in order.
    package private(set) var classSets: [[UInt16]] = [[]]
    // The best proposal of the runs that count, also of pictures that are decided.
    var proposed: [UInt16]
    var proposedScores: [Float]
    var proposedSources: [UInt16]
    var proposedSets: [UInt32] = []
    private var sourcePlaces: [String: UInt16] = ["": 0]
    private var setPlaces: [[UInt16]: UInt32] = [[]: 0]

    /// Whether the data set is of things in pictures.
    var isOfObjects = false

    init(isPresent: [Bool], isOfObjects: Bool) {
        let count = isPresent.count
        self.isPresent = isPresent
        self.isOfObjects = isOfObjects
        classes = [UInt16](repeating: 0, count: count)
        labels = classes
        scores = [Float](repeating: .nan, count: count)
        states = [UInt8](repeating: 0, count: count)
        sources = classes
        proposed = classes
        proposedScores = scores
        proposedSources = classes
        if isOfObjects {
            sets = [UInt32](repeating: 0, count: count)
            proposedSets = sets
        }
    }

    /// Adds rows of which nothing is said.
    mutating func append(_ more: [Bool]) {
        let empty = PictureStates(isPresent: more, isOfObjects: isOfObjects)
        isPresent += more
        classes += empty.classes
        labels += empty.labels
        scores += empty.scores
        states += empty.states
        sources += empty.sources
        proposed += empty.proposed
        proposedScores += empty.proposedScores
        proposedSources += empty.proposedSources
        sets += empty.sets
        proposedSets += empty.proposedSets
    }

    /// The place of a source.
    mutating func place(ofSource name: String) -> UInt16 {
        if let place = sourcePlaces[name] { return place }
        let place = UInt16(clamping: sourceNames.count)
        guard place < .max else { return 0 }
        sourceNames.append(name)
        sourcePlaces[name] = place
        return place
    }

    /// The place of a set of classes.
    mutating func place(ofSet classes: Set<UInt16>) -> UInt32 {
        let sorted = classes.sorted()
        if let place = setPlaces[sorted] { return place }
        let place = UInt32(classSets.count)
        classSets.append(sorted)
        setPlaces[sorted] = place
        return place
    }

    /// Takes over a proposal of a run that counts.
    mutating func propose(_ category: UInt16, score: Float, source: UInt16, row: Int) {
        if !(proposedScores[row] >= score) {
            (proposed[row], proposedScores[row]) = (category, score)
            proposedSources[row] = source
        }
        guard isOfObjects else { return }
        let known = classSets[Int(proposedSets[row])]
        if !known.contains(category) {
            proposedSets[row] = place(ofSet: Set(known).union([category]))
        }
    }

    /// A label of now, as far as the columns say something of it.
    struct CurrentLabel {
        let category: UInt16
        let isAccepted: Bool
        let source: String
        /// Whether a person said something else than was proposed, as the act says.
        let isCorrection: Bool
    }

    /// A proposal that is open although others were refused.
    struct OpenProposal {
        let category: UInt16
        let score: Float
        let source: String
    }

    /// Brings a row into line with the labels of now.
    ///
    /// `alternatives`: The proposals of the picture; asked for only where one was refused.
    mutating func settle(
        _ row: Int,
        _ found: [CurrentLabel],
        alternatives: () throws -> [OpenProposal]
    ) rethrows {
        let accepted = found.filter(\.isAccepted)
        if let label = accepted.last {
            let isProposed = accepted.contains { $0.category == proposed[row] }
            labels[row] = label.category
            classes[row] = label.category
            scores[row] = isProposed ? proposedScores[row] : .nan
            sources[row] = place(ofSource: label.source)
            let isCorrected = accepted.contains(where: \.isCorrection) && !isProposed
            states[row] = (isCorrected ? PictureState.corrected : .accepted).rawValue
            if isOfObjects { sets[row] = place(ofSet: Set(accepted.map(\.category))) }
            return
        }
        labels[row] = 0
        let refused = Set(found.map(\.category))
        guard !refused.isEmpty, proposed[row] != 0 || isOfObjects else {
            return setProposal(row, isRefused: !refused.isEmpty)
        }
        let open = try alternatives().filter { !refused.contains($0.category) }
        let best = open.max { $0.score < $1.score }
        classes[row] = best?.category ?? 0
        scores[row] = best?.score ?? .nan
        sources[row] = place(ofSource: best?.source ?? found.last?.source ?? "")
        states[row] = (best == nil ? PictureState.rejected : .proposed).rawValue
        if isOfObjects { sets[row] = place(ofSet: Set(open.map(\.category))) }
    }

    /// Shows the best proposal, or that there is none.
    private mutating func setProposal(_ row: Int, isRefused: Bool) {
        classes[row] = proposed[row]
        scores[row] = proposedScores[row]
        sources[row] = proposedSources[row]
        let rest = isRefused ? PictureState.rejected : .none
        states[row] = (proposed[row] == 0 ? rest : .proposed).rawValue
        if isOfObjects { sets[row] = proposedSets[row] }
    }

    /// Shows the best proposals everywhere, as if nothing were decided.
    mutating func showProposals() {
        for row in classes.indices { setProposal(row, isRefused: false) }
    }

    /// The same with the best proposals in some rows, as if nobody had said anything of them.
    package func hiding(_ rows: some Sequence<Int>) -> PictureStates {
        var states = self
        for row in rows {
            states.labels[row] = 0
            states.setProposal(row, isRefused: false)
        }
        return states
    }
}
