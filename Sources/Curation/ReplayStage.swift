import CurationCore
import Reviewing

/// Answers the queue from a file that says the class of each picture, and counts a person's time.
///
/// It serves to replay a recorded review, and to see what reviewing a set of a kind will cost.
public struct ReplayStage: Sendable {
    /// One round: what was answered so far and what it cost.
    public struct Round: Sendable, Codable {
        /// Decisions so far.
        public let decisions: Int
        /// Reviewing cost so far: counted time over labelling all pictures one by one.
        public let cost: Double
        /// The share of the pictures in the file that carry the class that the file says.
        public let right: Double
    }

    /// What the replay came to.
    public struct Report: Sendable, Codable {
        /// Pictures that the file says something of.
        public let pictures: Int
        /// Decisions that were sent.
        public let decisions: Int
        /// Screens that were shown.
        public let screens: Int
        /// Pictures that were decided alone.
        public let singles: Int
        /// Counted seconds of a person's time.
        public let countedSeconds: Double
        /// The rounds, in their order.
        public let curve: [Round]
        /// Seconds that the machine took.
        public let seconds: Double

        enum CodingKeys: String, CodingKey {
            case pictures, decisions, screens, singles, curve, seconds
            case countedSeconds = "counted_seconds"
        }

        /// The cost at which the share of right pictures first reached `level`.
        public func cost(at level: Double) -> Double? {
            curve.first { $0.right >= level }?.cost
        }
    }

    // Below this share of one class a reviewer refuses a screen instead of picking out the rest.
    private static let leastShare = 0.6

    private let dataset: Dataset
    private let interruption: Interruption
    private let report: StageProgress.Report

    /// Creates the stage.
    public init(
        dataset: Dataset,
        interruption: Interruption = Interruption(),
        report: @escaping StageProgress.Report = { _ in }
    ) {
        self.dataset = dataset
        self.interruption = interruption
        self.report = report
    }

    /// Answers until `target` of the pictures are right or nothing is left to answer.
    ///
    /// - Throws: `CurationError.input`, `.badData` when the file cannot be read or knows no picture.
    public func run(answers path: String, reviewer: String, target: Double) throws -> Report {
        try dataset.checkIsOfClasses("review replay")
        let clock = ContinuousClock()
        let start = clock.now
        let answers = try rephrasing { () throws in try AnswerFile(path: path) }
        var truth: [Sample.ID: String] = [:]
        for sample in try dataset.samples() { truth[sample.id] = answers.label(of: sample) }
        guard !truth.isEmpty else {
            throw CurationError.badData("\(path) says nothing of any picture of the data set")
        }
        var replay = Replay(stage: ReviewStage(dataset: dataset), reviewer: reviewer, truth: truth)
        while try replay.round() {
            try interruption.check()
            let right = try share(of: truth)
            replay.note(right)
            report(
                StageProgress(
                    stage: "review",
                    done: Int(right * Double(truth.count)),
                    total: truth.count,
                    failed: 0
                )
            )
            if right >= target { break }
        }
        return Report(
            pictures: truth.count,
            decisions: replay.decisions,
            screens: replay.screens,
            singles: replay.decisions - replay.screens,
            countedSeconds: replay.cost.seconds,
            curve: replay.curve,
            seconds: (clock.now - start) / .seconds(1)
        )
    }

    private func share(of truth: [Sample.ID: String]) throws -> Double {
        let accepted = try dataset.annotations().mapValues { labels in
            labels.last { $0.state == .accepted }?.label.category
        }
        let right = truth.count { accepted[$0.key] == .some($0.value) }
        return Double(right) / Double(truth.count)
    }

    /// The state of a replay.
    private struct Replay {
        let stage: ReviewStage
        let reviewer: String
        let truth: [Sample.ID: String]
        var cost = ReviewingCost()
        var decisions = 0
        var screens = 0
        var curve: [Round] = []

        mutating func note(_ right: Double) {
            curve.append(
                Round(decisions: decisions, cost: cost.share(of: truth.count) ?? 0, right: right)
            )
        }

        /// Answers the next items; false when there are none.
        mutating func round() throws -> Bool {
            let items = try stage.next(limit: 20, reviewer: reviewer)
            guard !items.isEmpty else { return false }
            let submissions = items.map { answer($0) }
            let results = try stage.decide(submissions)
            if let refused = results.first(where: { $0.status != .decided }) {
                throw CurationError.badData("\(refused.item): \(refused.message ?? "not taken")")
            }
            decisions += items.count
            return true
        }

        private mutating func answer(_ item: ReviewItem) -> ReviewSubmission {
            func submit(
                _ decision: Decision,
                label: String? = nil,
                except: [Sample.ID]? = nil,
                annotations: [Label]? = nil
            ) -> ReviewSubmission {
                ReviewSubmission(
                    item: item.item,
                    lease: item.lease,
                    reviewer: reviewer,
                    decision: decision,
                    label: label,
                    except: except,
                    annotations: annotations
                )
            }
            if let image = item.image {
                cost.count(shown: 1)
                guard let label = truth[image.id] else { return submit(.skip) }
                if item.predictions.first?.label == label { return submit(.accept) }
                return submit(.correct, annotations: [.classification(category: label)])
            }
            screens += 1
            let shown = item.shown ?? []
            let said = shown.compactMap { image in truth[image.id].map { (image.id, $0) } }
            let counts = Dictionary(grouping: said, by: \.1).mapValues(\.count)
            let top = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
            guard let top, Double(top.value) >= ReplayStage.leastShare * Double(said.count) else {
                cost.count(shown: shown.count)
                return submit(.reject)
            }
            // What the file says nothing of is picked out, as a person does who cannot tell.
            let odd = shown.map(\.id).filter { truth[$0] != top.key }
            cost.count(shown: shown.count, excepted: odd.count)
            return submit(.accept, label: top.key, except: odd)
        }
    }
}
