package import CurationCore
import Foundation
import Storage

/// A decision about many pictures of a view, as a person sends it.
package struct ViewDecision: Sendable, Hashable, Codable {
    /// What can be decided; flags change no label.
    package enum Decision: String, Sendable, Codable { case accept, reject, label, flag, unflag }

    /// A name of the person's own, so that sending twice counts once.
    package let id: String
    /// What is decided.
    package let decision: Decision
    /// The class, with `label`.
    package let label: String?
    /// Positions: from, and up to but without.
    package let ranges: [[Int]]
    /// Positions in the ranges that are left out.
    package let except: [Int]?
    /// How many pictures the person thinks of.
    package let expectedCount: Int

    enum CodingKeys: String, CodingKey {
        case id, decision, label, ranges, except
        case expectedCount = "expected_count"
    }

    /// Describes a decision.
    package init(
        id: String,
        decision: Decision,
        label: String? = nil,
        ranges: [[Int]],
        except: [Int]? = nil,
        expectedCount: Int
    ) {
        self.id = id
        self.decision = decision
        self.label = label
        self.ranges = ranges
        self.except = except
        self.expectedCount = expectedCount
    }
}

/// What became of a decision about a view.
package struct ViewDecisionResult: Sendable, Codable {
    /// Whether it was taken.
    package enum Status: String, Sendable, Codable { case decided, repeated, expired }

    /// Whether it was taken.
    package let status: Status
    /// How many pictures it changed.
    package let changed: Int
    /// The act that undo takes back; nil where nothing changed.
    package let undo: Int64?
    /// How many were left out, since an opinion of the person's own is asked for; nil for none.
    package let asked: Int?

    /// Describes a result.
    package init(status: Status, changed: Int, undo: Int64?, asked: Int? = nil) {
        self.status = status
        self.changed = changed
        self.undo = undo
        self.asked = asked
    }
}

/// The labels that one picture is to have, as a person sends them.
package struct ImageEdit: Sendable, Hashable, Codable {
    /// A name of the person's own, so that sending twice counts once.
    package let id: String
    /// The `version` of the picture that was edited.
    package let baseVersion: String
    /// All its labels.
    package let annotations: [Label]

    enum CodingKeys: String, CodingKey {
        case id, annotations
        case baseVersion = "base_version"
    }

    /// Describes an edit.
    package init(id: String, baseVersion: String, annotations: [Label]) {
        self.id = id
        self.baseVersion = baseVersion
        self.annotations = annotations
    }
}

/// What became of an edit.
package struct ImageEditResult: Sendable, Codable {
    /// What names the labels that the edit gave the picture.
    package let version: String
    /// The act that undo takes back; nil where nothing changed.
    package let undo: Int64?

    /// Describes a result.
    package init(version: String, undo: Int64?) {
        self.version = version
        self.undo = undo
    }
}

extension GridStage {
    private static let longestID = 200

    /// Decides about the pictures at some positions of a view, as one step of undo.
    ///
    /// Those on which an opinion of the person's own may still be asked for are left out: what others said
    /// of them is neither changed nor told.
    ///
    /// - Throws: `GridError`; `CurationError.busy`, `.storage`.
    package func decide(
        _ decision: ViewDecision,
        about view: String,
        by reviewer: String,
        at now: Timestamp = .now
    ) throws -> ViewDecisionResult {
        try Self.check(id: decision.id)
        let chosen = try chosen(decision, of: view, by: reviewer)
        if decision.decision == .flag || decision.decision == .unflag {
            let remarks = RemarkStage(dataset: dataset)
            let isOn = decision.decision == .flag
            let changed = try remarks.flag(chosen, isOn: isOn, by: reviewer, at: now)
            return ViewDecisionResult(status: .decided, changed: changed, undo: nil)
        }
        try checkLabel(of: decision)
        let sight = try sights.sight(of: reviewer, at: now)
        let samples = chosen.filter { !sight.isBlind(for: $0) }
        let act = try Self.act(decision, view, images: samples.count)
        let outcome = try rephrasing { () throws in
            try dataset.store.decide(act, on: samples, by: reviewer, at: now)
        }
        let status: ViewDecisionResult.Status =
            switch outcome.status {
            case .decided: .decided
            case .repeated: .repeated
            case .expired: .expired
            case .conflict, .newer: throw GridError.conflict
            }
        return ViewDecisionResult(
            status: status,
            changed: outcome.changed,
            undo: outcome.change,
            asked: samples.count < chosen.count ? chosen.count - samples.count : nil
        )
    }

    private static func act(
        _ decision: ViewDecision,
        _ view: String,
        images: Int
    ) throws -> PersonalAct {
        PersonalAct(
            id: decision.id,
            decision: PersonalAct.Kind(rawValue: decision.decision.rawValue) ?? .accept,
            label: decision.decision == .label ? decision.label : nil,
            images: images,
            request: try digest(decision, view)
        )
    }

    /// Gives a picture exactly the labels that a person drew.
    ///
    /// - Throws: `GridError`; `CurationError.badData` when a label does not fit, `.busy`, `.storage`.
    package func edit(
        _ edit: ImageEdit,
        of sample: Sample.ID,
        by reviewer: String,
        at now: Timestamp = .now
    ) throws -> ImageEditResult {
        try Self.check(id: edit.id)
        let store = dataset.store
        return try rephrasing { () throws in
            guard let image = try store.samples([sample]).first else { throw GridError.noImage }
            let sight = try sights.sight(of: reviewer, at: now)
            if sight.isBlind(for: sample) { throw GridError.askedBlindly }
            try LabelStage.check(
                LabeledSample(sample: image, labels: edit.annotations),
                try store.schema().schema.task
            )
            let request = try Self.digest(edit, "\(sample)")
            let act = PersonalAct(id: edit.id, decision: .edit, images: 1, request: request)
            let outcome = try store.edit(
                act,
                of: sample,
                to: edit.annotations,
                since: edit.baseVersion,
                by: reviewer,
                at: now
            )
            switch outcome.status {
            case .decided, .repeated: break
            case .newer, .expired: throw GridError.newerVersion
            case .conflict: throw GridError.conflict
            }
            return ImageEditResult(
                version: outcome.version ?? edit.baseVersion,
                undo: outcome.change
            )
        }
    }

    /// Refuses a class that is none, or where there are things in the pictures.
    private func checkLabel(of decision: ViewDecision) throws {
        guard decision.decision == .label else { return }
        guard try dataset.schema().schema.task == .classification else {
            throw GridError.invalid(
                "A class for whole pictures does not fit a data set of things in them."
            )
        }
        guard let label = decision.label, label.wholeMatch(of: LabelStage.className) != nil
        else { throw GridError.invalid("label needs the name of a class.") }
    }

    private static func check(id: String) throws {
        guard (1...longestID).contains(id.count) else {
            throw GridError.invalid("id must be a text of 1 to \(longestID) characters.")
        }
    }

    /// What names all that was sent about a place.
    static func digest(_ request: some Encodable, _ place: String) throws -> ContentDigest {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(request), as: UTF8.self)
        return ContentDigest(of: place + "\n" + text)
    }

    /// The pictures at the positions that are chosen.
    private func chosen(
        _ decision: ViewDecision,
        of view: String,
        by reviewer: String
    ) throws -> [Sample.ID] {
        let except = Set(decision.except ?? [])
        guard except.allSatisfy({ $0 >= 0 }) else {
            throw GridError.invalid("A position in except is 0 or more.")
        }
        let all = try pictures(of: view, 0..<Int.max, for: reviewer).ids
        var isChosen = [Bool](repeating: false, count: all.count)
        for range in decision.ranges {
            guard range.count == 2, range[0] >= 0, range[0] <= range[1] else {
                throw GridError.invalid("A range is two positions: from, and up to but without.")
            }
            for place in min(range[0], all.count)..<min(range[1], all.count) {
                isChosen[place] = true
            }
        }
        for place in except where all.indices.contains(place) { isChosen[place] = false }
        let chosen = all.indices.filter { isChosen[$0] }.map { all[$0] }
        guard chosen.count == decision.expectedCount else {
            throw GridError.countDiffers(expected: decision.expectedCount, found: chosen.count)
        }
        return chosen
    }
}
