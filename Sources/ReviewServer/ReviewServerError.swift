/// Why the review page cannot be served.
package enum ReviewServerError: Error, Equatable, CustomStringConvertible {
    /// The file that keeps the token and the key of the sessions cannot be read or written.
    case tokenFile(path: String, reason: String)
    /// What a reviewer has chosen for the page cannot be kept; who asks is told no path.
    case settings(reason: String)
    /// All ports that were tried are taken by other programs.
    case noFreePort(first: Int, last: Int)
    /// The port that was asked for cannot be opened.
    case cannotListen(address: String, port: Int, reason: String)
    /// The certificate or its key cannot be used.
    case certificate(path: String, reason: String)
    /// A file of the page is not where the program was installed.
    case missingPage(path: String)

    /// What failed, on what, and what to do.
    package var description: String {
        switch self {
        case .tokenFile(let path, let reason):
            "cannot keep the access token in \(path): \(reason); make its folder writable"
        case .settings(let reason):
            "cannot keep the settings: \(reason); make the folder of the data set writable"
        case .noFreePort(let first, let last):
            "no free port from \(first) to \(last); choose one with --port"
        case .cannotListen(let address, let port, let reason):
            "cannot listen on \(address):\(port): \(reason); choose another with --port"
        case .certificate(let path, let reason):
            "cannot use \(path) for TLS: \(reason); give a certificate and its key as PEM files"
        case .missingPage(let path):
            "the files of the review page are missing at \(path); install the program again"
        }
    }
}
