/// Where the server listens, under which names, and whether it speaks TLS.
package struct ReviewBinding: Sendable {
    /// The files of a certificate with its chain, and of its key, both PEM.
    package struct Certificate: Sendable {
        /// The certificate, then those that vouch for it.
        package let certificateFile: String
        /// The private key.
        package let keyFile: String

        /// Names the two files.
        package init(certificateFile: String, keyFile: String) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }

    /// Only this machine, without TLS: nobody else can listen in.
    package static let loopback = ReviewBinding()

    /// The address of the interface.
    package let address: String
    /// By which names people open the page, the first in the printed address.
    package let hostNames: [String]
    /// With a certificate the server speaks TLS alone.
    package let certificate: Certificate?

    /// Describes where to listen.
    package init(
        address: String = "127.0.0.1",
        hostNames: [String] = [],
        certificate: Certificate? = nil
    ) {
        self.address = address
        self.hostNames = hostNames.map { $0.lowercased() }
        self.certificate = certificate
    }

    /// Whether only programs of this machine can connect.
    package var isLoopback: Bool {
        address == "::1" || address == "localhost" || Self.isLoopback(address)
    }

    /// Whether it listens on all interfaces, so that the address names no place to open.
    package var isAnyAddress: Bool { ["0.0.0.0", "::", "::0"].contains(address) }

    var scheme: String { certificate == nil ? "http" : "https" }

    /// What a browser may send as the name of this server.
    ///
    /// A name that is not here, though it resolves to the address, is a page of somebody else's.
    func hosts(port: Int) -> Set<String> {
        var names = Set(hostNames).union(["127.0.0.1", "localhost", "[::1]"])
        if !isAnyAddress { names.insert(Self.inURL(address)) }
        let isUsual = port == (certificate == nil ? 80 : 443)
        return Set(names.map { "\($0):\(port)" }).union(isUsual ? names : [])
    }

    /// The address of the page.
    func url(port: Int, token: String) -> String {
        let name = hostNames.first ?? Self.inURL(address)
        return "\(scheme)://\(name):\(port)/#token=\(token)"
    }

    private static func inURL(_ address: String) -> String {
        address.contains(":") ? "[\(address)]" : address
    }

    private static func isLoopback(_ address: String) -> Bool {
        let parts = address.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
