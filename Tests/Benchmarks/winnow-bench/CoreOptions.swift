import ArgumentParser
import Curation
import Foundation
import Similarity
import Synchronization

/// How many cores a work may use.
struct CoreOptions: ParsableArguments {
    @Option(help: "Cores to use (default: all).")
    var threads: Int?

    func validate() throws {
        let limit = Cores.all.count
        guard threads.map((1...limit).contains) ?? true else {
            throw ValidationError("--threads is between 1 and \(limit)")
        }
    }

    /// The cores.
    var cores: Cores { threads.map(Cores.init) ?? .all }
}

/// The pool of the pipeline, made as narrow as asked.
struct Cores {
    /// How many they are.
    let count: Int

    /// All cores of the machine.
    static var all: Cores { Cores(count: ProcessInfo.processInfo.activeProcessorCount) }

    /// The results of `body` for each element, in the order of the elements.
    func map<Element: Sendable, Result: Sendable>(
        _ elements: [Element],
        _ body: @Sendable (Element) -> Result
    ) -> [Result] {
        let results = Mutex([Result?](repeating: nil, count: elements.count))
        forEach(elements.count) { index in
            let result = body(elements[index])
            results.withLock { $0[index] = result }
        }
        return results.withLock { $0.compactMap(\.self) }
    }

    /// The loops of a stage.
    var loop: LoopRunner {
        LoopRunner { count, piece throws(CancellationError) in forEach(count, piece) }
    }

    // Each core claims one piece after the other.
    private func forEach(_ pieces: Int, _ body: @Sendable (Int) -> Void) {
        let claimed = Atomic(0)
        WorkerPool.forEach(min(count, pieces)) { _ in
            while true {
                let piece = claimed.add(1, ordering: .relaxed).oldValue
                guard piece < pieces else { return }
                body(piece)
            }
        }
    }
}
