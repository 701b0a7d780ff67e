package import CurationCore

/// What the server of the review page is told at its start.
package struct ReviewServerSettings: Sendable {
    /// The absolute path of the data set.
    package let dataset: String
    /// Who may decide; each has a token, and with it an address.
    package let reviewers: [String]
    /// The file that keeps the access tokens, readable by its owner only.
    package let tokenFile: String
    /// The port; 0 is any free one, nil the data set's own.
    package let port: Int?
    /// Where to listen.
    package let binding: ReviewBinding
    /// How much of the server one client can take.
    package let limits: ServerLimits
    /// What the time is; the end of a session depends on it.
    package let clock: @Sendable () -> Timestamp

    /// Describes a server.
    package init(
        dataset: String,
        reviewers: [String],
        tokenFile: String,
        port: Int? = nil,
        binding: ReviewBinding = .loopback,
        limits: ServerLimits = ServerLimits(),
        clock: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.dataset = dataset
        self.reviewers = reviewers
        self.tokenFile = tokenFile
        self.port = port
        self.binding = binding
        self.limits = limits
        self.clock = clock
    }

    /// Tells this data set from others that come up on the same port.
    package var datasetKey: String { String(ContentDigest(of: dataset).hex.prefix(16)) }

    /// Where the reviewers' settings are kept.
    var settingsFolder: String {
        tokenFile.prefix(upTo: tokenFile.lastIndex(of: "/") ?? tokenFile.startIndex) + "/settings"
    }

    /// Where to listen, best first.
    ///
    /// A data set keeps its port, because the browser keeps unsent decisions by address.
    package var ports: [Int] {
        if let port { return [port] }
        let lowest = 20_000
        let range = 40_000
        let own = Int(datasetKey.prefix(8), radix: 16) ?? 0
        return (0..<16).map { lowest + (own + $0) % range }
    }
}
