import Curation
import CurationCore
import FoundationEssentials
import ServiceLifecycle
import Synchronization

/// Tells all pages that listen what changed: it looks once for all of them, and only while somebody
/// listens.
///
/// What each may still have to be sent is bounded: a page that does not keep up misses the oldest.
final class EventHub: Service {
    private struct Told {
        let number: Int
        let text: String
    }

    private struct State {
        var listeners: [Int: AsyncStream<String>.Continuation] = [:]
        var lastListener = 0
        var pulse: ReviewPulse?
        /// How many looks were begun, and which of them the pulse is of.
        var looks = (begun: 0, taken: 0)
        /// The images decided at earlier looks, for the rate.
        var past: [(at: Double, decided: Int)] = []
        var told: [Told] = []
        var lastNumber = 0
    }

    private static let kept = 256
    private static let waiting = 64
    private static let rateSeconds = 600.0

    private let state = Mutex(State())
    private let settings: ReviewServerSettings
    private let look: @Sendable (ReviewPulse?) async throws -> ReviewPulse
    // Tells the numbers of this start from those of another.
    private let start = String(UInt32.random(in: .min ... .max), radix: 16)

    init(_ backend: some EventBackend, settings: ReviewServerSettings) {
        self.settings = settings
        look = { try await backend.pulse(since: $0) }
    }

    /// Whether one more may listen.
    var hasRoom: Bool { state.withLock { $0.listeners.count < settings.limits.listeners } }

    /// Looks for changes until the server ends.
    func run() async throws {
        let seconds = settings.limits.eventSeconds
        await cancelWhenGracefulShutdown { [self] in
            var silent = 0.0
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(seconds))
                silent += seconds
                await beat()
                guard silent >= settings.limits.commentSeconds else { continue }
                silent = 0
                state.withLock { state in
                    for listener in state.listeners.values { listener.yield(": still here\n\n") }
                }
            }
        }
    }

    /// One more listener: first what it missed, or how things stand, then what changes.
    ///
    /// Nothing, at once, where too many came at the same time.
    ///
    /// `last`: The number of the last event that it knows.
    func listen(after last: String?) async -> (number: Int, events: AsyncStream<String>) {
        if state.withLock({ $0.pulse == nil }) { await beat(evenAlone: true) }
        let (events, listener) = AsyncStream.makeStream(
            of: String.self,
            bufferingPolicy: .bufferingNewest(Self.waiting)
        )
        let number = state.withLock { state in
            listener.yield("retry: 2000\n\n")
            guard state.listeners.count < settings.limits.listeners else {
                listener.finish()
                return 0
            }
            for text in first(after: last, state) { listener.yield(text) }
            state.lastListener += 1
            state.listeners[state.lastListener] = listener
            return state.lastListener
        }
        return (number, events)
    }

    /// Forgets a listener.
    func leave(_ number: Int) {
        state.withLock { state in
            state.listeners.removeValue(forKey: number)?.finish()
            guard state.listeners.isEmpty else { return }
            state.pulse = nil
            state.past = []
            // Nobody looks now: who comes back has missed what no event tells of.
            state.told = []
            state.lastNumber += 1
        }
    }

    /// Says goodbye to a listener, who is not kept waiting at the end of the server.
    func dismiss(_ number: Int) {
        state.withLock { state in
            guard let listener = state.listeners.removeValue(forKey: number) else { return }
            listener.yield("event: bye\ndata: {}\n\n")
            listener.finish()
        }
    }

    private func first(after last: String?, _ state: State) -> [String] {
        if let last, let number = Int(last.split(separator: "-").last ?? ""),
            last == "\(start)-\(number)", number <= state.lastNumber,
            state.lastNumber - number <= state.told.count
        {
            return state.told.filter { $0.number > number }.map(\.text)
        }
        guard let pulse = state.pulse else { return [] }
        return changes(from: nil, to: pulse, state).map { text($0, number: state.lastNumber) }
    }

    private func beat(evenAlone: Bool = false) async {
        let (isWanted, earlier, number) = state.withLock { state in
            state.looks.begun += 1
            return (!state.listeners.isEmpty, state.pulse, state.looks.begun)
        }
        // A look that fails is made again; the routes tell what is wrong with the store.
        guard isWanted || evenAlone, let pulse = try? await look(earlier) else { return }
        let now = settings.clock().seconds
        state.withLock { state in
            // One that began later has told all of it; and what nobody waits for grows old.
            guard number > state.looks.taken, evenAlone || !state.listeners.isEmpty else { return }
            state.looks.taken = number
            state.past.removeAll { $0.at < now - Self.rateSeconds }
            state.past.append((now, pulse.decided))
            let changes = changes(from: state.pulse, to: pulse, state)
            guard state.pulse != nil else {
                // Who came before there was anything to tell is told how things stand.
                state.pulse = pulse
                let texts = changes.map { text($0, number: state.lastNumber) }
                for listener in state.listeners.values { texts.forEach { listener.yield($0) } }
                return
            }
            state.pulse = pulse
            for change in changes {
                state.lastNumber += 1
                let told = Told(
                    number: state.lastNumber,
                    text: text(change, number: state.lastNumber)
                )
                state.told.append(told)
                for listener in state.listeners.values { listener.yield(told.text) }
            }
            state.told.removeFirst(max(0, state.told.count - Self.kept))
        }
    }

    private func changes(
        from old: ReviewPulse?,
        to new: ReviewPulse,
        _ state: State
    ) -> [(name: String, data: any Encodable)] {
        var changes: [(name: String, data: any Encodable)] = []
        if old?.decided != new.decided || old?.images != new.images {
            let progress = ProgressEvent(
                decided: new.decided,
                pending: new.images - new.decided,
                rate: Self.rate(state.past)
            )
            changes.append(("progress", progress))
        }
        if old != nil, !new.returned.isEmpty {
            changes.append(("queue", QueueEvent(returned: new.returned)))
        }
        if let model = new.model, old?.model != model {
            changes.append(("model", ModelEvent(digest: model)))
        }
        if let head = new.head, old?.head != head {
            changes.append(("version", VersionEvent(head: head)))
        }
        return changes
    }

    /// Images an hour over the last minutes; nil while that is too short a time.
    private static func rate(_ past: [(at: Double, decided: Int)]) -> Double? {
        guard let first = past.first, let last = past.last, last.at - first.at >= 30,
            last.decided >= first.decided
        else { return nil }
        return (Double(last.decided - first.decided) / (last.at - first.at) * 3600).rounded()
    }

    private func text(_ event: (name: String, data: any Encodable), number: Int) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(event.data) else {
            preconditionFailure("the events hold only what JSON can say")
        }
        let json = String(decoding: data, as: UTF8.self)
        return "id: \(start)-\(number)\nevent: \(event.name)\ndata: \(json)\n\n"
    }
}

private struct ProgressEvent: Encodable {
    let decided: Int
    let pending: Int
    let rate: Double?
}

private struct QueueEvent: Encodable { let returned: [String] }

private struct ModelEvent: Encodable { let digest: String }

private struct VersionEvent: Encodable { let head: String }
