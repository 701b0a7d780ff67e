import CurationCore
import Quality
import Storage

/// All pictures as columns, with what is derived of them, at one moment.
struct GridColumns {
    /// What the store says.
    var pictures = PictureColumns()
    /// What is said of the pictures: now, or at a version.
    var states: PictureStates { seen?.states ?? atVersion ?? pictures.states }
    var atVersion: PictureStates?
    /// The same as one person may see it, and what names that; nil where they see everything.
    var seen: (mark: String, states: PictureStates)?
    /// The rows that are given out.
    var leased = Set<Int>()
    /// The rows that somebody wants looked at again.
    var flagged = Set<Int>()
    /// The likeness of each row to the picture that was named; NaN for none.
    var similarity: [Float]?
    /// The fields that people made, as they were read.
    var meta: [String: FieldColumn] = [:]
    /// The bits of the issues of each row.
    private(set) var issues: [UInt32] = []
    /// The median of the sides of the pictures, as `ImageIssues` takes it; nil without pictures.
    private(set) var medianSide: Double?
    private var issuesOf = ""
    /// How often the fields that people made were read.
    var metaGeneration = 0

    /// What names the files, their groups and their fields, but not what is said of them.
    var factsMark: String {
        "\(pictures.factsGeneration) \(pictures.groupsMark) \(metaGeneration)"
    }

    static let issueNames = Issue.Kind.allCases.map(\.rawValue) + ["duplicate"]

    /// Shows what is said now, and all of it.
    mutating func showNow() { (atVersion, seen) = (nil, nil) }

    /// The rows of the pictures that belong to the data set, by number.
    var present: [Int32] {
        let isPresent = states.isPresent
        return (0..<Int32(isPresent.count)).filter { isPresent[Int($0)] }
    }

    /// Finds the issues again, where pictures came or copies were found.
    mutating func findIssues() {
        let wanted = "\(pictures.factsGeneration) \(pictures.groupsMark)"
        guard issuesOf != wanted || issues.count != pictures.facts.count else { return }
        issuesOf = wanted
        let rows = present
        let measures = rows.map { self.measures(Int($0)) }
        issues = [UInt32](repeating: 0, count: pictures.facts.count)
        medianSide = ImageIssues.medianSide(of: measures.map(\.side))
        guard let median = medianSide else { return }
        for (row, picture) in zip(rows, measures) {
            var bits: UInt32 = 0
            for (bit, kind) in Issue.Kind.allCases.enumerated() {
                let score = ImageIssues.score(kind, of: picture, medianSide: median)
                if let score, score < ImageIssues.threshold { bits |= 1 << bit }
            }
            if pictures.hasCopies[Int(row)] { bits |= 1 << Issue.Kind.allCases.count }
            issues[Int(row)] = bits
        }
    }

    private func measures(_ row: Int) -> ImageIssues.Measures {
        func number(_ column: PictureNumber) -> Double {
            Double(pictures.facts.numbers[column.column][row])
        }
        var metrics = ImageMetrics()
        metrics.brightness = number(.brightness)
        metrics.darkest = number(.darkest)
        metrics.brightest = number(.brightest)
        metrics.contrast = number(.contrast)
        metrics.sharpness = number(.sharpness)
        metrics.entropy = number(.entropy)
        return ImageIssues.Measures(
            width: Int(number(.width)),
            height: Int(number(.height)),
            isDamaged: pictures.facts.isDamaged[row],
            metrics: metrics
        )
    }
}

// MARK: - Fields

extension GridColumns {
    /// The fields that every data set has, in the order of the page.
    static let fixedFields =
        [
            "class", "label", "score", "state", "source", "cluster", "issue", "format", "folder",
            "path",
        ]
        + PictureNumber.allCases.map(\.rawValue) + ["size", "id"]

    /// A field.
    ///
    /// - Throws: `GridError.invalid` when there is none of the name.
    func column(_ name: String) throws -> FieldColumn {
        if let number = PictureNumber(rawValue: name) {
            return .numbers(pictures.facts.numbers[number.column])
        }
        let states = states
        switch name {
        case "class": return .choice(classColumn)
        case "label": return .choice(classes(states.labels.map { UInt32($0) }))
        case "score": return .numbers(states.scores)
        case "state": return .choice(stateColumn)
        case "source": return .choice(sourceColumn)
        case "cluster": return .numbers(pictures.clusters.map { $0 < -1 ? .nan : Float($0) })
        case "issue": return .choice(issueColumn)
        case "format":
            let values = ImageFormat.allCases.map { ChoiceValue($0.rawValue) }
            let codes = pictures.facts.formats.map { UInt32($0) + 1 }
            return .choice(ChoiceColumn(single: values, codes: codes))
        case "folder": return .choice(folderColumn)
        case "path": return .path
        case "size":
            let (widths, heights) = (
                pictures.facts.numbers[PictureNumber.width.column],
                pictures.facts.numbers[PictureNumber.height.column]
            )
            return .numbers(zip(widths, heights).map { $0 * $1 })
        case "id": return .numbers(pictures.facts.ids.map { Float($0) })
        case "similarity":
            guard let similarity else {
                throw GridError.invalid("similarity needs similar_to.")
            }
            return .numbers(similarity)
        default:
            guard name.hasPrefix("meta."), let column = meta[name] else {
                throw GridError.invalid("There is no field '\(name)'.")
            }
            return column
        }
    }

    private var classColumn: ChoiceColumn {
        let states = states
        guard !states.sets.isEmpty else { return classes(states.classes.map { UInt32($0) }) }
        let values = pictures.categories.map { ChoiceValue($0.name, number: Int($0.id)) }
        let places = Dictionary(
            uniqueKeysWithValues: pictures.categories.enumerated().map { ($1.id, $0) }
        )
        return ChoiceColumn(
            values: values,
            codes: states.sets,
            members: states.classSets.map { $0.compactMap { places[$0] } }
        )
    }

    /// A column of classes by their numbers.
    private func classes(_ codes: [UInt32]) -> ChoiceColumn {
        let last = pictures.categories.map { Int($0.id) }.max() ?? 0
        var members = [[Int]](repeating: [], count: max(last, Int(codes.max() ?? 0)) + 1)
        for (place, category) in pictures.categories.enumerated() {
            members[Int(category.id)] = [place]
        }
        return ChoiceColumn(
            values: pictures.categories.map { ChoiceValue($0.name, number: Int($0.id)) },
            codes: codes,
            members: members
        )
    }

    private var stateColumn: ChoiceColumn {
        var codes = states.states.map { UInt32($0) }
        if atVersion == nil {
            for row in leased { codes[row] = UInt32(PictureState.leased.rawValue) }
        }
        // A flag stands beside the state: the codes above those of the states carry both.
        let names = PictureState.allCases.map { ChoiceValue($0.name) } + [ChoiceValue("flagged")]
        let count = PictureState.allCases.count
        for row in flagged { codes[row] += UInt32(count) }
        let members = (0..<count).map { [$0] } + (0..<count).map { [$0, count] }
        return ChoiceColumn(values: names, codes: codes, members: members)
    }

    private var sourceColumn: ChoiceColumn {
        let names = states.sourceNames
        var column = ChoiceColumn(
            single: names.dropFirst().map { ChoiceValue($0) },
            codes: states.sources.map { UInt32($0) }
        )
        for (place, value) in column.values.enumerated() {
            let kind = value.text.split(separator: ":").first.map(String.init) ?? ""
            let word = value.text.contains("@") ? "model" : kind
            column.aliases[word, default: []].insert(place)
        }
        return column
    }

    private var issueColumn: ChoiceColumn {
        let names = Self.issueNames
        let members = (0..<(1 << names.count)).map { bits in
            names.indices.filter { bits & (1 << $0) != 0 }
        }
        return ChoiceColumn(
            values: names.map { ChoiceValue($0) },
            codes: issues,
            members: members
        )
    }

    private var folderColumn: ChoiceColumn {
        let names = pictures.facts.folderNames
        let order = names.indices.sorted { names[$0] < names[$1] }
        var members = [[Int]](repeating: [], count: names.count)
        for (place, code) in order.enumerated() { members[code] = [place] }
        return ChoiceColumn(
            values: order.map { ChoiceValue(Self.folder(names[$0])) },
            codes: pictures.facts.folders,
            members: members
        )
    }

    /// The path of a folder without the `/` at its end.
    private static func folder(_ name: String) -> String {
        name.count > 1 && name.hasSuffix("/") ? String(name.dropLast()) : name
    }
}
