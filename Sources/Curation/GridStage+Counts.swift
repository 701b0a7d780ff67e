import CurationCore
import Storage

/// How many pictures there are, and how far they have come.
struct PictureCounts {
    /// Pictures of the data set.
    var images = 0
    /// Pictures with a label that a person stands behind.
    var decided = 0
    /// Pictures that are given out now.
    var leased = 0
    /// Pictures by the name of the class that a person gave them.
    var classes: [String: Int] = [:]

    /// Counts them in columns.
    init(_ columns: GridColumns) {
        let states = columns.states
        var byCode = [Int](repeating: 0, count: Int(UInt16.max) + 1)
        var bySet = [Int](repeating: 0, count: states.classSets.count)
        for row in states.labels.indices where states.isPresent[row] {
            images += 1
            let label = states.labels[row]
            guard label != 0 else { continue }
            decided += 1
            if states.sets.isEmpty {
                byCode[Int(label)] += 1
            } else {
                bySet[Int(states.sets[row])] += 1
            }
        }
        leased = columns.leased.count { states.isPresent[$0] }
        for (set, count) in bySet.enumerated() where count > 0 {
            for category in states.classSets[set] { byCode[Int(category)] += count }
        }
        for category in columns.pictures.categories where byCode[Int(category.id)] > 0 {
            classes[category.name] = byCode[Int(category.id)]
        }
    }
}
