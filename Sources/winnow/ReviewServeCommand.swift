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

            With --reviewers each has an address of their own: what they decide is
            theirs, and nobody can decide as another. Only then may other machines open
            the page, by --bind, with a certificate (or --insecure, where everybody who
            can watch the network can read along and decide).

            Examples:
              winnow review -d ~/cats --reviewer anna
              winnow review -d ~/cats --reviewers anna,ben --bind 192.168.1.20 \\
                --tls-certificate cert.pem --tls-key key.pem
            """
    )

    /// What `--json` prints.
    struct Addresses: Encodable {
        /// One reviewer's.
        struct Address: Encodable {
            let reviewer: String
            let url: String
        }

        let url: String
        let reviewers: [Address]
    }

    @Option(help: "The port (default: one of its own for each data set).") var port: Int?
    @Option(help: "Who reviews (default: you).") var reviewer: String?
    @Option(help: "Who reviews, several by commas; each gets an address.") var reviewers: String?
    @Option(help: "A file of who reviews, one a line.") var reviewersFrom: String?
    @Option(help: "The address to listen on; others than this machine's need --reviewers.")
    var bind = "127.0.0.1"
    @Option(help: "A name by which the page is opened; can be repeated.") var hostName: [String] =
        []
    @Option(help: "The certificate, with its chain, as PEM: the page is served by HTTPS.")
    var tlsCertificate: String?
    @Option(help: "The certificate's private key, as PEM.") var tlsKey: String?
    @Flag(help: "Serve other machines without TLS.") var insecure = false
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if let port, !(1...65_535).contains(port) {
            throw ValidationError("--port is a number from 1 to 65535")
        }
        guard [reviewer, reviewers, reviewersFrom].count(where: { $0 != nil }) <= 1 else {
            throw ValidationError("give one of --reviewer, --reviewers and --reviewers-from")
        }
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key belong together")
        }
        guard !insecure || tlsCertificate == nil else {
            throw ValidationError("--insecure is for serving without a certificate")
        }
        let isName = #/[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:.]+\]/#
        for name in hostName where name.wholeMatch(of: isName) == nil {
            throw ValidationError("--host-name is a name alone, without http:// and port")
        }
        try validateReach()
    }

    // What a page that other machines can open needs.
    private func validateReach() throws {
        guard !binding.isLoopback else { return }
        guard reviewers != nil || reviewersFrom != nil else {
            throw ValidationError(
                "--bind beyond this machine needs --reviewers or --reviewers-from"
            )
        }
        guard tlsCertificate != nil || insecure else {
            throw ValidationError(
                "--bind beyond this machine needs --tls-certificate and --tls-key, or --insecure: "
                    + "then everybody who can watch the network can read along and decide"
            )
        }
        guard !binding.isAnyAddress || !hostName.isEmpty else {
            throw ValidationError("--bind \(bind) needs --host-name: by which name is it opened?")
        }
    }

    private var binding: ReviewBinding {
        ReviewBinding(
            address: bind,
            hostNames: hostName,
            certificate: tlsCertificate.map {
                ReviewBinding.Certificate(certificateFile: $0, keyFile: tlsKey ?? "")
            }
        )
    }

    func run() async throws {
        let dataset = try global.open()
        var logger = Logger(label: "winnow.review")
        logger.logLevel = .warning
        let isJSON = global.json
        let settings = ReviewServerSettings(
            dataset: dataset.folder.path,
            reviewers: try reviewerNames(),
            tokenFile: dataset.folder.appending(path: "review-token").path,
            port: port,
            binding: binding
        )
        let desk = ReviewDesk(dataset: dataset)
        desk.warmUp()
        try await serveReview(desk, settings: settings, logger: logger) { addresses in
            Self.show(addresses, isJSON: isJSON)
        }
    }

    private static func show(_ addresses: [ReviewAddress], isJSON: Bool) {
        let list = addresses.map { Addresses.Address(reviewer: $0.reviewer, url: $0.url) }
        if isJSON {
            try? Terminal.show(json: Addresses(url: list.first?.url ?? "", reviewers: list))
        } else if list.count == 1 {
            Terminal.show(list[0].url)
            Terminal.say("Open this address in a browser. Ctrl-C ends the server.")
        } else {
            for one in list { Terminal.show("\(one.reviewer.printable)  \(one.url)") }
            Terminal.say("Give each reviewer their own address. Ctrl-C ends the server.")
        }
    }

    private func reviewerNames() throws -> [String] {
        if let reviewers {
            return try ReviewerNames.checked(
                reviewers.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            )
        }
        guard let reviewersFrom else {
            return try ReviewerNames.checked([reviewer ?? NSUserName()])
        }
        guard let text = try? String(contentsOfFile: reviewersFrom, encoding: .utf8) else {
            throw CurationError.input(
                "\(reviewersFrom) cannot be read: give a text file, a name a line"
            )
        }
        return try ReviewerNames.checked(
            text.split(whereSeparator: \.isNewline).map(String.init).filter {
                !$0.allSatisfy(\.isWhitespace) && !$0.hasPrefix("#")
            }
        )
    }
}

/// The names of reviewers as somebody typed them.
enum ReviewerNames {
    private static let longest = 64
    private static let most = 200

    /// The names without blanks around them.
    ///
    /// - Throws: `ValidationError` when one is empty, too long, there twice or not to be printed.
    static func checked(_ names: [String]) throws -> [String] {
        let names = names.map { $0.trimmingCharacters(in: .whitespaces) }
        guard (1...most).contains(names.count) else {
            throw ValidationError("there are 1 to \(most) reviewers, not \(names.count)")
        }
        for name in names {
            let isVisible = name.unicodeScalars.allSatisfy {
                $0.properties.generalCategory != .control
                    && $0.properties.generalCategory != .format
            }
            guard !name.isEmpty, name.count <= longest, isVisible else {
                throw ValidationError(
                    "a reviewer has a name of 1 to \(longest) visible characters, not “\(name.printable)”"
                )
            }
        }
        guard Set(names).count == names.count else {
            throw ValidationError("each reviewer has a name of their own")
        }
        return names
    }
}
