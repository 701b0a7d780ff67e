import Curation
import Dispatch
import Foundation

/// Turns the first Ctrl-C into a wish to stop after the batch in hand; the second stops at once.
final class InterruptWatch {
    /// The wish, for the stages.
    let interruption = Interruption()
    private let sources: [any DispatchSourceSignal]

    init() {
        let interruption = interruption
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if interruption.isAsked { exit(130) }
                interruption.ask()
                Terminal.say("\nwinnow: finishing the batch in hand (Ctrl-C again stops at once)")
            }
            source.resume()
            return source
        }
    }
}
