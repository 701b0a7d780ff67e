import ArgumentParser
import Curation
import Foundation
import ReviewServer

/// Turns what a verb threw into the exit codes of the contract.
enum ExitCodes {
    /// A check found something, or items failed under `--strict`.
    static let finding = ExitCode(1)

    static func exit(with error: any Error) -> Never {
        switch error {
        case let error as CurationError:
            Terminal.say("winnow: \(error.description)")
            Foundation.exit(code(of: error))
        case let error as ReviewServerError:
            Terminal.say("winnow: \(error.description)")
            Foundation.exit(code(of: error))
        case is CancellationError:
            Terminal.say("winnow: stopped; what is done is kept, run it again to go on")
            Foundation.exit(130)
        default:
            Winnow.exit(withError: error)
        }
    }

    private static func code(of error: ReviewServerError) -> Int32 {
        switch error {
        case .noFreePort, .cannotListen: 73
        case .tokenFile, .settings: 74
        case .certificate: 66
        case .missingPage: 69
        }
    }

    private static func code(of error: CurationError) -> Int32 {
        switch error {
        case .unfinished: 1
        case .badData: 65
        case .input: 66
        case .component: 69
        case .output: 73
        case .storage: 74
        case .busy: 75
        }
    }
}
