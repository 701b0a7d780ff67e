package import CurationCore
import Foundation
import Similarity
import Storage
import Synchronization

/// Makes views of the pictures, and counts and shows what is in them.
///
/// The columns of all pictures are read once, and then follow the log. One caller after the other.
package final class GridStage: Sendable {
    private struct State {
        var columns = GridColumns()
        var facets = FacetCounter()
        var shelf: ViewShelf
        var fields: [FieldDefinition] = []
        /// What the overview of the fields was made of.
        var overviewOf = ""
        /// Up to which generation of the columns all is known that is derived of them.
        var followed = -1
        /// How many rows the columns of the fields have.
        var metaRows = -1
        /// What was said at the version that was asked for last.
        var version: (id: ContentDigest, generation: Int, states: PictureStates)?
        /// What is said as the person may see it who asked last.
        var seen: (key: String, states: PictureStates)?
        /// The likeness to the picture that was asked for last.
        var likeness: (picture: Sample.ID, digest: ContentDigest?, values: [Float])?
    }

    let dataset: Dataset
    /// What each person may see.
    let sights: Sights
    private let state: Mutex<State>
    /// What can be filtered by, as it was when the columns were read last.
    private let overviews = Mutex<(fields: [FieldOverview]?, medianSide: Double?)>((nil, nil))

    /// Creates the stage; nothing is read yet.
    package init(dataset: Dataset) {
        self.dataset = dataset
        sights = Sights(dataset: dataset)
        state = Mutex(State(shelf: ViewShelf(dataset: dataset.folder)))
    }

    // MARK: - Views

    /// A view that was made, as it is answered.
    package struct MadeView: Sendable, Codable {
        /// Its name.
        package let view: String
        /// How many pictures it has.
        package let count: Int
        /// The committed version whose labels it shows; nil for those of now.
        package let version: String?

        /// Describes a view.
        package init(view: String, count: Int, version: String?) {
            self.view = view
            self.count = count
            self.version = version
        }
    }

    /// Freezes the pictures for which something holds, in an order.
    ///
    /// The same question about the same state of the data set makes the same view; as a reviewer may see
    /// it, who then alone may read it, where several people look at pictures.
    ///
    /// - Throws: `GridError.invalid`, `.noView`, `.noImage`; `CurationError.storage`.
    package func make(
        _ query: ViewQuery,
        for reviewer: String? = nil,
        at now: Timestamp = .now
    ) throws -> MadeView {
        try state.withLock { state in
            try refresh(&state, at: now)
            let version = try self.version(named: query.version, &state)
            state.columns.atVersion = version?.states
            defer { state.columns.showNow() }
            let sight = try look(as: reviewer, &state, at: now)
            let likeness = try query.similarTo.map { _ in try likenessMark() }
            let marks = [version?.id.hex ?? "", likeness ?? "", sight.mark]
            let name = try Self.name(of: query, marks, state.columns)
            if let known = state.shelf.view(name, for: sight.owner) {
                return Self.answer(known, name)
            }
            try compare(query.similarTo, &state)
            let rows = try Self.rows(for: query, sight.owner, &state)
            let ids = state.columns.pictures.facts.ids
            let view = FrozenView(
                query: query,
                version: version?.id,
                owner: sight.owner,
                pictures: rows.map { Int32(bitPattern: ids[Int($0)]) }
            )
            state.shelf.add(view, as: name)
            return Self.answer(view, name)
        }
    }

    private static func answer(_ view: FrozenView, _ name: String) -> MadeView {
        MadeView(
            view: name,
            count: view.pictures.count,
            version: view.version.map { String($0.hex.prefix(12)) }
        )
    }

    private static func name(
        of query: ViewQuery,
        _ marks: [String],
        _ columns: GridColumns
    ) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var parts = [String(decoding: try encoder.encode(query), as: UTF8.self)]
        parts += ["\(columns.pictures.change)", columns.pictures.groupsMark] + marks
        if query.asksForState {
            parts.append("\(columns.leased.sorted()) \(columns.flagged.sorted())")
        }
        return String(ContentDigest(of: parts.joined(separator: "\n")).hex.prefix(16))
    }

    private static func rows(
        for query: ViewQuery,
        _ owner: String?,
        _ state: inout State
    ) throws -> [Int32] {
        let columns = state.columns
        var rows = columns.present
        if let within = query.within {
            guard let view = state.shelf.view(within, for: owner) else { throw GridError.noView }
            let inside = Self.rowsInOrder(of: view, columns)
            let isPresent = columns.states.isPresent
            rows = inside.filter { isPresent[Int($0)] }
        }
        let filter = ViewFilter(columns: columns)
        for condition in query.filter ?? [] { rows = try filter.rows(rows, where: condition) }
        if let sort = query.sort { return try filter.sorted(rows, by: sort) }
        guard query.similarTo != nil else { return rows }
        return try filter.sorted(rows, by: ViewSort(field: "similarity", descending: true))
    }

    /// The rows of a view, by number: so all columns are read from the beginning to the end.
    private static func rowsInOrder(of view: FrozenView, _ columns: GridColumns) -> [Int32] {
        let facts = columns.pictures.facts
        var isThere = [Bool](repeating: false, count: facts.count)
        for id in view.pictures {
            if let row = facts.row(of: Int64(id)) { isThere[row] = true }
        }
        return (0..<Int32(isThere.count)).filter { isThere[Int($0)] }
    }

    // MARK: - What is in a view

    /// The pictures of a view from a position on: 8 octets each, after a head of 8.
    ///
    /// `reviewer`: Who sees them; nil sees everything.
    /// - Throws: `GridError.noView`; `CurationError.storage`.
    package func rows(
        of view: String,
        from: Int,
        count: Int,
        for reviewer: String? = nil,
        at now: Timestamp = .now
    ) throws -> [UInt8] {
        try state.withLock { state in
            let found = try self.view(view, &state, for: reviewer, at: now)
            defer { state.columns.showNow() }
            let start = min(from, found.pictures.count)
            let pictures = found.pictures[start..<min(start + count, found.pictures.count)]
            return RowBlock.bytes(of: pictures, state.columns)
        }
    }

    /// Pictures of a view, by position.
    ///
    /// - Throws: `GridError.noView`; `CurationError.storage`.
    package func pictures(
        of view: String,
        _ positions: Range<Int>,
        for reviewer: String? = nil,
        at now: Timestamp = .now
    ) throws -> (ids: [Sample.ID], count: Int) {
        let owner = try sights.sight(of: reviewer, at: now).owner
        return try state.withLock { state in
            guard let found = state.shelf.view(view, for: owner) else { throw GridError.noView }
            let all = found.pictures.indices
            return (found.pictures[positions.clamped(to: all)].map { Int64($0) }, all.count)
        }
    }

    /// How the pictures of a view spread over the values of fields.
    ///
    /// - Throws: `GridError.noView`, `.invalid`; `CurationError.storage`.
    package func facets(
        of view: String,
        fields: [String],
        for reviewer: String? = nil,
        at now: Timestamp = .now
    ) throws -> [ViewFacet] {
        try state.withLock { state in
            let found = try self.view(view, &state, for: reviewer, at: now)
            defer { state.columns.showNow() }
            try compare(found.query.similarTo, &state)
            let rows = Self.rowsInOrder(of: found, state.columns)
            state.facets.follow(state.columns)
            return try fields.map { try state.facets.facet($0, state.columns, rows) }
        }
    }

    /// A view, with the columns brought up to now, or to its version, as a person may see them.
    private func view(
        _ name: String,
        _ state: inout State,
        for reviewer: String?,
        at now: Timestamp
    ) throws -> FrozenView {
        try refresh(&state, at: now)
        let owner = try sights.sight(of: reviewer, at: now).owner
        guard let found = state.shelf.view(name, for: owner) else { throw GridError.noView }
        if let version = found.version {
            state.columns.atVersion = try self.version(named: version.hex, &state)?.states
        }
        _ = try look(as: reviewer, &state, at: now)
        return found
    }

    /// Shows in the columns what a person may see of them.
    private func look(
        as reviewer: String?,
        _ state: inout State,
        at now: Timestamp
    ) throws -> Sight {
        let sight = try sights.sight(of: reviewer, at: now)
        guard !sight.blind.isEmpty else { return sight }
        let pictures = state.columns.pictures
        let version = state.columns.atVersion.flatMap { _ in state.version?.id.hex } ?? ""
        let key = "\(pictures.generation) \(version) \(sight.mark)"
        let known = state.seen.flatMap { $0.key == key ? $0.states : nil }
        let rows = sight.blind.lazy.compactMap { pictures.facts.row(of: $0) }
        let states = known ?? state.columns.states.hiding(rows)
        state.seen = (key, states)
        state.columns.seen = (sight.mark, states)
        return sight
    }

    // MARK: - Columns

    private func refresh(_ state: inout State, at now: Timestamp) throws {
        let store = dataset.store
        try rephrasing { () throws in
            if try store.refresh(&state.columns.pictures) { state.metaRows = -1 }
            let facts = state.columns.pictures.facts
            let leased = try store.leasedSamples(now: now.seconds)
            state.columns.leased = Set(leased.compactMap { facts.row(of: $0) })
            state.columns.flagged = Set(try store.flags().compactMap { facts.row(of: $0.sample) })
        }
        let generation = state.columns.pictures.generation
        guard state.followed != generation else { return }
        state.columns.findIssues()
        let fields = try rephrasing { () throws in try store.fields() }
        let count = state.columns.pictures.facts.count
        if fields != state.fields || state.metaRows != count {
            state.columns.meta = try MetaColumns.read(fields, from: store, state.columns)
            (state.fields, state.metaRows) = (fields, count)
            state.columns.metaGeneration += 1
        }
        state.followed = generation
        let mark = state.columns.factsMark + " \(state.columns.states.sourceNames.count)"
        guard mark != state.overviewOf else { return }
        state.overviewOf = mark
        let overview = try FieldOverview.all(state.columns, state.fields, &state.facets)
        let median = state.columns.medianSide
        overviews.withLock { $0 = (overview, median) }
    }

    private func version(
        named name: String?,
        _ state: inout State
    ) throws -> (id: ContentDigest, states: PictureStates)? {
        guard let name else { return nil }
        let version: Version
        do {
            version = try VersionStage(dataset: dataset).version(named: name)
        } catch let error as CurationError {
            throw GridError.invalid("\(error)")
        }
        let generation = state.columns.pictures.factsGeneration
        if let known = state.version, known.id == version.id, known.generation == generation {
            return (known.id, known.states)
        }
        let states = try rephrasing { () throws in
            try dataset.store.states(at: version, state.columns.pictures)
        }
        state.version = (version.id, generation, states)
        return (version.id, states)
    }

    /// What names the vectors by which pictures are compared: they come without an act of the log.
    private func likenessMark() throws -> String {
        guard let embedder = try dataset.mainEmbedder() else { return "" }
        let digest = try rephrasing { () throws in
            try dataset.store.rowsDigest(of: embedder.id)
        }
        return "\(embedder.id.name) \(embedder.id.digest) \(digest?.hex ?? "")"
    }

    /// Compares all pictures with one, where that was not done last.
    private func compare(_ picture: Sample.ID?, _ state: inout State) throws {
        guard let picture else { return state.columns.similarity = nil }
        let facts = state.columns.pictures.facts
        guard facts.row(of: picture) != nil else { throw GridError.noImage }
        guard let embedder = try dataset.mainEmbedder() else {
            throw GridError.invalid("No picture has a vector yet: run `winnow embed` first.")
        }
        let digest = try rephrasing { () throws in
            try dataset.store.rowsDigest(of: embedder.id)
        }
        if let known = state.likeness, known.picture == picture, known.digest == digest,
            known.values.count == facts.count
        {
            return state.columns.similarity = known.values
        }
        var values = [Float](repeating: .nan, count: facts.count)
        let kernels = VectorKernels()
        let isEmbedded = try rephrasing { () throws in
            try dataset.store.compare(picture, in: embedder.id, dot: kernels.dot) { other, value in
                if let row = facts.row(of: other) { values[row] = value }
            }
        }
        guard isEmbedded else {
            throw GridError.invalid("The picture has no vector yet: run `winnow embed` first.")
        }
        state.likeness = (picture, digest, values)
        state.columns.similarity = values
    }

    /// What can be filtered and sorted by, as far as it is known without reading all pictures.
    ///
    /// - Throws: `CurationError.storage`.
    package func fields() throws -> [FieldOverview] {
        if let known = overviews.withLock(\.fields) { return known }
        return FieldOverview.all(try rephrasing { () throws in try dataset.store.fields() })
    }

    /// How many pictures there are, and how far they have come.
    func counts(at now: Timestamp = .now) throws -> PictureCounts {
        try state.withLock { state in
            try refresh(&state, at: now)
            return PictureCounts(state.columns)
        }
    }

    /// The median of the sides of all pictures; nil before they were read.
    var medianSide: Double? { overviews.withLock(\.medianSide) }

    /// Reads the columns before anybody asks for them.
    package func warmUp() { state.withLock { try? refresh(&$0, at: .now) } }
}
