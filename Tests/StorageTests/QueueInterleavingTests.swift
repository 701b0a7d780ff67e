import CurationCore
import Foundation
import Storage
import TestKit
import Testing

/// Every order in which three clients can ask for one picture, be too slow, answer, answer twice, or die.
@Suite struct QueueInterleavingTests {
    private enum Step: Hashable {
        case lease(Int)
        case submit(Int)
        /// Time passes until all leases have run out.
        case expire
    }

    /// What one order of steps came to.
    private struct Walk {
        let sample: Sample.ID
        var now: Double
        var tasks: [Int: StoredTask] = [:]
        var ends: [Int: Double] = [:]
        var results: [Int: [SubmissionResult.Status]] = [:]
        /// Who was given the picture last.
        var last: Int?
    }

    private static let names = ["ann", "ben", "cleo"]

    /// All orders of the clients' steps in which each client's own keep their order.
    private static func orders(_ programs: [[Step]]) -> [[Step]] {
        guard programs.contains(where: { !$0.isEmpty }) else { return [[]] }
        return programs.indices.flatMap { index -> [[Step]] in
            guard let first = programs[index].first else { return [] }
            var rest = programs
            rest[index].removeFirst()
            return orders(rest).map { [first] + $0 }
        }
    }

    /// The first client answers twice; each of the others answers once, or dies with its lease.
    private static let programs: [[[Step]]] = [false, true].flatMap { secondDies in
        [false, true].map { thirdDies in
            [
                [.lease(0), .submit(0), .submit(0)],
                secondDies ? [.lease(1)] : [.lease(1), .submit(1)],
                thirdDies ? [.lease(2)] : [.lease(2), .submit(2)],
                [.expire],
            ]
        }
    }

    @Test func `nothing is lost, doubled or stuck, in whatever order`() throws {
        let orders = Self.programs.flatMap(Self.orders)
        let fixture = try StoreFixture(samples: orders.count)
        for (index, order) in orders.enumerated() {
            // Each order has a picture and a time of its own.
            var walk = Walk(
                sample: Sample.ID(index + 1),
                now: StoreFixture.moment.seconds + Double(index) * 10_000
            )
            for step in order { try take(step, &walk, fixture.store) }
            try check(walk, order, fixture.store)
        }
        let reviews = try fixture.store.reviews()
        #expect(Set(reviews.flatMap(\.samples)).count == reviews.count)
        #expect(try fixture.store.verifyDatabase() == [])
        #expect(orders.count == 1680 + 2 * 420 + 120)
    }

    private func take(_ step: Step, _ walk: inout Walk, _ store: DatasetStore) throws {
        walk.now += 1
        switch step {
        case .expire: walk.now += 1000
        case .lease(let client):
            let task = try lease(walk.sample, to: Self.names[client], now: walk.now, store)
            let isHeld = walk.ends.contains { other, end in
                end > walk.now && walk.results[other]?.contains(.decided) != true
            }
            let isDecided = walk.results.values.joined().contains(.decided)
            #expect((task == nil) == (isHeld || isDecided))
            guard let task else { return }
            walk.tasks[client] = task
            walk.ends[client] = task.expiresAt
            walk.last = client
        case .submit(let client):
            guard let task = walk.tasks[client] else { return }
            let status = try submit(task, by: client, at: walk.now, store)
            walk.results[client, default: []].append(status)
        }
    }

    /// What came of it: one answer at most, that of who was given the picture last; else it is free again.
    private func check(_ walk: Walk, _ order: [Step], _ store: DatasetStore) throws {
        let decided = walk.results.filter { $0.value.contains(.decided) }.keys
        #expect(decided.count <= 1, "\(order)")
        for (client, results) in walk.results {
            let isFirst = client == decided.first
            #expect(results.count { $0 == .decided } == (isFirst ? 1 : 0), "\(order)")
            #expect(results.dropFirst().allSatisfy { $0 == (isFirst ? .repeated : .expired) })
            if !isFirst { #expect(results.first == .expired, "\(order)") }
        }
        let labels = try store.annotations(of: walk.sample).filter { $0.state == .accepted }
        #expect(labels.map(\.source) == decided.map { "reviewer:\(Self.names[$0])" })
        // A decision counts while nobody was given the picture after: no work of the slow is thrown away.
        if let last = walk.last, walk.results[last] != nil { #expect(decided.first == last) }
        let later = walk.now + 100_000
        let free = try lease(walk.sample, to: "dora", now: later, store)
        #expect((free == nil) == !decided.isEmpty, "\(order)")
        if let free { try store.release([free.lease]) }
    }

    private func lease(
        _ sample: Sample.ID,
        to reviewer: String,
        now: Double,
        _ store: DatasetStore
    ) throws -> StoredTask? {
        let plan = PlannedTask(samples: [sample], label: "cat", score: 0.9, reason: .uncertain)
        let task = NewTask(plan: plan, proposals: [], lease: UUID().uuidString)
        return try store.lease([task], to: reviewer, until: now + 300, now: now).first
    }

    private func submit(
        _ task: StoredTask,
        by client: Int,
        at now: Double,
        _ store: DatasetStore
    ) throws -> SubmissionResult.Status {
        let name = Self.names[client]
        let submission = ReviewSubmission(
            id: "one of \(name) on \(task.id)",
            item: "r-\(task.id)",
            lease: task.lease,
            reviewer: name,
            decision: .accept,
            label: "cat"
        )
        return try store.decide(submission, at: Timestamp(seconds: now)) { task in
            let label = NewAnnotation(
                sample: task.samples[0],
                label: .classification(category: "cat"),
                state: .accepted,
                source: "reviewer:\(name)"
            )
            return ReviewEffects(labels: [label], label: "cat", exceptions: 0)
        }.status
    }
}
