package import CurationCore
import Foundation
import Storage
import Synchronization

/// The difference that was asked for last: the pages of one list are read one after the other.
final class LastDifference: Sendable {
    private let kept = Mutex<(key: String, states: ComparedStates)?>(nil)

    func states(
        _ key: String,
        otherwise make: () throws -> ComparedStates
    ) throws -> ComparedStates {
        if let found = kept.withLock({ $0?.key == key ? $0?.states : nil }) { return found }
        let states = try make()
        kept.withLock { $0 = (key, states) }
        return states
    }
}

extension ReviewDesk {
    /// The versions, newest first, a page at a time, with the state of now.
    ///
    /// `after`: The id of the last version of the page before.
    /// - Throws: `CurationError.storage`.
    package func versions(limit: Int, after: ContentDigest?) async throws -> VersionLog {
        try await taking(reads) { [self] in
            let stage = VersionStage(dataset: dataset)
            var log = try stage.log()[...]
            if let after { log = log.drop { $0.id != after }.dropFirst() }
            let page = log.prefix(limit)
            let branches = try stage.branches()
            let names = Set(branches.map(\.branch))
            return VersionLog(
                items: page.map(VersionLog.Entry.init),
                next: log.count > limit ? page.last?.id.hex : nil,
                branches: branches,
                tags: try stage.names().filter { !names.contains($0.name) }
                    .map { VersionLog.Tag(tag: $0.name, id: $0.version) },
                working: try working(branches.first(where: \.current)?.id)
            )
        }
    }

    /// From here on what is not in a version yet is counted as it was touched, not as it differs.
    private static let mostCompared = 20_000

    /// What no version holds yet, in the time that a page may take.
    private func working(_ head: ContentDigest?) throws -> WorkingStatus {
        let stage = VersionStage(dataset: dataset)
        return try rephrasing { () throws in
            let store = dataset.store
            let version = try head.map { try stage.version(named: $0.hex) }
            let touched = try version.map { try store.touched(since: $0) }
            if let touched, touched.labels + touched.images <= Self.mostCompared {
                return try stage.status()
            }
            return WorkingStatus(
                branch: try store.branch(),
                head: head,
                merging: try store.merging(),
                conflicts: try store.openConflictCount(),
                imagesAdded: try touched?.images ?? store.sampleCount(),
                imagesRemoved: 0,
                labelsChanged: touched?.labels ?? 0,
                refusalsChanged: 0,
                classesChanged: 0
            )
        }
    }

    /// Makes a version of the labels of now; where a merge is going on, it ends.
    ///
    /// - Throws: as `VersionStage.commit`.
    package func commit(
        message: String,
        tag: String?,
        author: String
    ) async throws -> VersionLog.Entry {
        try await taking(turns) { [self] in
            VersionLog.Entry(
                try VersionStage(dataset: dataset).commit(
                    message: message,
                    author: author,
                    tag: tag
                )
            )
        }
    }

    /// What differs between two states of the labels, as a reviewer may see it.
    ///
    /// - Throws: `CurationError.input` when there is no such version, `.unfinished` when the list has changed.
    package func diff(
        _ request: DiffRequest,
        for reviewer: String
    ) async throws -> DiffPage {
        try await taking(reads) { [self] in
            let before = try version(request.before)
            let after = try version(request.after)
            let states = try compared(before, after, reviewer)
            let matching = states.matching(request)
            var rest = matching[...]
            if let cursor = request.cursor {
                guard let place = matching.firstIndex(where: { $0.image.id == cursor }) else {
                    throw CurationError.unfinished("the list has changed since: read it anew")
                }
                rest = matching[(place + 1)...]
            }
            let page = rest.prefix(request.limit)
            return DiffPage(
                before: before?.id,
                after: after?.id,
                summary: states.summary,
                matching: matching.count,
                items: Array(page),
                next: rest.count > request.limit ? page.last.map { "\($0.image.id)" } : nil
            )
        }
    }

    private func version(_ name: String) throws -> Version? {
        guard name != DiffRequest.working else { return nil }
        return try VersionStage(dataset: dataset).version(named: name)
    }

    private func compared(
        _ before: Version?,
        _ after: Version?,
        _ reviewer: String
    ) throws -> ComparedStates {
        try rephrasing { () throws in
            let now = try dataset.store.lastChange()
            let sight = try sight(of: reviewer)
            let places = [before, after].map { $0?.id.hex ?? "\(now)" } + [sight.mark]
            return try lastDifference.states(places.joined(separator: " ")) {
                let difference = try dataset.store.difference(from: before, to: after)
                // What was decided while it was read is kept back, too.
                let blind = try self.sight(of: reviewer).blind.union(sight.blind)
                return ComparedStates(difference.hiding(blind))
            }
        }
    }

    /// The open conflicts of the merge that is going on, by number.
    ///
    /// `after`: The number of the last one before.
    /// - Throws: `CurationError.storage`.
    package func conflicts(limit: Int, after: Int64) async throws -> ConflictPage {
        try await taking(reads) { [self] in
            try rephrasing { () throws in
                let store = dataset.store
                let found = try store.openConflicts(after: after, limit: limit + 1)
                let classes = try store.openConflictClasses()
                let samples = Dictionary(
                    try store.samples(found.map(\.sample)).map { ($0.id, $0) },
                    uniquingKeysWith: { $1 }
                )
                let page = found.prefix(limit)
                return ConflictPage(
                    ours: found.first?.ourName ?? "",
                    theirs: found.first?.theirName ?? "",
                    open: classes.reduce(0) { $0 + $1.count },
                    classes: classes.map {
                        ConflictPage.CategoryCount(category: $0.category, count: $0.count)
                    },
                    items: page.compactMap { conflict in
                        samples[conflict.sample].map { ConflictPage.Entry(conflict, of: $0) }
                    },
                    next: found.count > limit ? page.last.map { "\($0.id)" } : nil
                )
            }
        }
    }

    /// Takes a side in open conflicts, all in one act.
    ///
    /// - Throws: `CurationError.busy`, `.storage`.
    package func settle(_ settlement: Settlement, author: String) async throws -> ActReport {
        try await taking(turns) { [self] in
            try rephrasing { () throws in
                let choice: ConflictChoice =
                    if let id = settlement.conflict {
                        .one(id)
                    } else if let name = settlement.category {
                        .category(name)
                    } else { .all }
                let outcome = try dataset.store.settle(
                    choice,
                    taking: ConflictSide(settlement.take),
                    author: author,
                    at: .now
                )
                return ActReport(outcome.map { ($0.change, $0.conflicts) })
            }
        }
    }

    /// Makes the labels of one image those of a version.
    ///
    /// - Throws: `CurationError.input` when there is no such version; `GridError.askedBlindly` where the
    ///   reviewer may be asked about the image, without what others said of it.
    package func restore(
        image: Sample.ID,
        to name: String,
        by reviewer: String
    ) async throws -> ActReport {
        try await taking(turns) { [self] in
            guard !(try sight(of: reviewer)).isBlind(for: image) else {
                throw GridError.askedBlindly
            }
            let version = try VersionStage(dataset: dataset).version(named: name)
            return try rephrasing { () throws in
                let outcome = try dataset.store.restore(
                    image,
                    to: version,
                    author: "reviewer:\(reviewer)",
                    at: .now
                )
                return ActReport(outcome.map { ($0.change, max($0.labels, 1)) })
            }
        }
    }

    /// Makes the labels of now those of a version, as a new version; nil where nothing differs.
    ///
    /// - Throws: `CurationError.input` when there is no such version, `.unfinished` when there is work that
    ///   no version holds.
    package func restore(
        version name: String,
        by reviewer: String
    ) async throws -> VersionLog.Entry? {
        let made = try await taking(turns) { [self] in
            let stage = VersionStage(dataset: dataset)
            return try stage.restore(stage.version(named: name), author: "reviewer:\(reviewer)")
                .map(VersionLog.Entry.init)
        }
        planAhead()
        return made
    }

    /// Every revision of every label of an image, by label, newest first; nil when there is no such image.
    ///
    /// None while the reviewer may be asked for an opinion of their own.
    ///
    /// - Throws: `CurationError.storage`.
    package func history(
        of image: Sample.ID,
        for reviewer: String
    ) async throws -> [BlameLine]? {
        try await taking(reads) { [self] in
            let isThere = try rephrasing { () throws in
                try !dataset.store.samples([image]).isEmpty
            }
            guard isThere else { return nil }
            let lines = try HistoryStage(dataset: dataset).blame(image)
            return try sight(of: reviewer).isBlind(for: image) ? [] : lines
        }
    }

    /// Where a label comes from.
    ///
    /// - Throws: `CurationError.input` when there is none of this name; `GridError.askedBlindly` where the
    ///   reviewer may be asked about its image, without what others said of it.
    package func why(_ annotation: String, for reviewer: String) async throws -> Lineage {
        try await taking(reads) { [self] in
            let lineage = Result { try HistoryStage(dataset: dataset).why(annotation) }
            let label = Int64(annotation.dropFirst(2)) ?? 0
            let image = try rephrasing { () throws in try dataset.store.sample(ofLabel: label) }
            let sight = try sight(of: reviewer)
            // Which numbers of labels are taken tells how often somebody changed a class.
            guard image.map({ !sight.isBlind(for: $0) }) ?? sight.blind.isEmpty else {
                throw GridError.askedBlindly
            }
            return try lineage.get()
        }
    }

    /// Takes a batch back, or does it again.
    ///
    /// - Throws: `CurationError.input` when there is no such batch, or it cannot be undone.
    package func undo(batch: String, again: Bool, author: String) async throws -> ActReport {
        try await taking(turns) { [self] in
            let stage = HistoryStage(dataset: dataset)
            return ActReport(
                again
                    ? try stage.redo(batch, author: author) : try stage.undo(batch, author: author)
            )
        }
    }
}

extension ConflictPage.Entry {
    init(_ conflict: OpenConflict, of sample: Sample) {
        self.init(
            id: conflict.id,
            image: ReviewItem.Image(sample),
            category: conflict.category,
            base: conflict.base,
            ours: conflict.ours,
            theirs: conflict.theirs
        )
    }
}

extension ConflictSide {
    init(_ side: Settlement.Side) {
        self =
            switch side {
            case .base: .base
            case .ours: .ours
            case .theirs: .theirs
            }
    }
}
