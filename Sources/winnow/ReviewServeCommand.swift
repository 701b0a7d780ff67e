import ArgumentParser
import Curation
import Foundation
import Logging
import ReviewServer

/// `winnow review serve`, which `winnow review` alone stands for.
struct ReviewServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the review page on 127.0.0.1 and print its address.",
        discussion: """
            The address carries a token that is good for this start only; a browser that
            has opened it once stays signed in for 12 hours. Ctrl-C ends the server;
            nothing that was decided is lost.

            Example:
              winnow review -d ~/cats --reviewer anna
            """
    )

    /// What `--json` prints.
    struct Address: Encodable { let url: String }

    @Option(help: "The port (default: one of its own for each data set).") var port: Int?
    @Option(help: "Who reviews.") var reviewer = NSUserName()
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if let port, !(1...65_535).contains(port) {
            throw ValidationError("--port is a number from 1 to 65535")
        }
    }

    func run() async throws {
        let dataset = try global.open()
        var logger = Logger(label: "winnow.review")
        logger.logLevel = .warning
        let isJSON = global.json
        let settings = ReviewServerSettings(
            dataset: dataset.folder.path,
            reviewer: reviewer,
            tokenFile: dataset.folder.appending(path: "review-token").path,
            port: port
        )
        try await serveReview(ReviewDesk(dataset: dataset), settings: settings, logger: logger) {
            url in
            if isJSON {
                try? Terminal.show(json: Address(url: url))
            } else {
                Terminal.show(url)
                Terminal.say("Open this address in a browser. Ctrl-C ends the server.")
            }
        }
    }
}
