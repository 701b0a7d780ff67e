import ArgumentParser
import Curation
import Foundation
import Similarity

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
        WorkerPool.map(elements, width: count, body)
    }

    /// The loops of a stage.
    var loop: LoopRunner {
        LoopRunner { pieces, piece throws(CancellationError) in
            WorkerPool.forEach(pieces, width: count, piece)
        }
    }
}
