import Curation
import Foundation
import Synchronization

/// Shows on standard error how far a stage is: a bar on a terminal, else a line every few seconds.
final class ProgressBar: Sendable {
    private struct State {
        var stage = ""
        var start = ContinuousClock.now
        var lastShown: ContinuousClock.Instant?
    }

    private let isQuiet: Bool
    private let state = Mutex(State())

    init(isQuiet: Bool) { self.isQuiet = isQuiet }

    /// Takes a report of a stage.
    func report(_ progress: StageProgress) {
        guard !isQuiet else { return }
        let now = ContinuousClock.now
        let line: String? = state.withLock { state in
            if state.stage != progress.stage {
                state.stage = progress.stage
                state.start = now
                state.lastShown = nil
            }
            let isLast = progress.isLast
            let pause: Duration = Terminal.hasBar ? .milliseconds(100) : .seconds(3)
            if let last = state.lastShown, now - last < pause, !isLast { return nil }
            state.lastShown = now
            return text(progress, seconds: (now - state.start) / .seconds(1))
        }
        guard let line else { return }
        if Terminal.hasBar {
            let end = progress.isLast ? "\n" : ""
            try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K\(line)\(end)".utf8))
        } else {
            Terminal.say(line)
        }
    }

    private func text(_ progress: StageProgress, seconds: Double) -> String {
        var text = progress.stage
        if let total = progress.total {
            let width = 24
            let full = Int(Double(progress.done) / Double(max(total, 1)) * Double(width))
            let bar =
                String(repeating: "#", count: full) + String(repeating: ".", count: width - full)
            text += " [\(bar)] \(progress.done)/\(total)"
        } else {
            text += " \(progress.done)"
        }
        if seconds > 0.5 {
            let rate = Double(progress.done) / seconds
            text += "  \(rate.rounded(to: 0)) a second"
            let left = progress.total.map { Double($0 - progress.done) / max(rate, 1e-9) } ?? 0
            if left >= 1 { text += "  \(Self.words(seconds: left)) left" }
        }
        if progress.failed > 0 { text += "  \(progress.failed) failed" }
        return text
    }

    private static func words(seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3600) h \(whole % 3600 / 60) min"
    }
}

extension StageProgress {
    /// Whether there is nothing left to do; never where nobody knows how much there is.
    fileprivate var isLast: Bool { total.map { done >= $0 } ?? false }
}
