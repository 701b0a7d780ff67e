import HummingbirdCore
import HummingbirdTLS
import NIOCore
import NIOSSL

extension HTTPServerBuilder {
    /// HTTP/1.1 within the limits, under TLS when there is a certificate.
    static func review(_ settings: ReviewServerSettings) throws -> HTTPServerBuilder {
        let limits = settings.limits
        let plain = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [SlowClientHandler(seconds: limits.transferSeconds)],
                idleTimeout: .milliseconds(Int64(limits.idleSeconds * 1000)),
                // Above what the guard refuses in words, the connection ends.
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 4 * limits.head,
                    maxHeaderListSize: 4 * limits.head,
                    maxHeaderFieldCount: 200
                )
            )
        )
        guard let certificate = settings.binding.certificate else { return plain }
        return try .tls(plain, tlsConfiguration: .review(certificate))
    }
}

extension TLSConfiguration {
    fileprivate static func review(
        _ certificate: ReviewBinding.Certificate
    ) throws -> TLSConfiguration {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(certificate.certificateFile)
        } catch {
            throw ReviewServerError.certificate(
                path: certificate.certificateFile,
                reason: "\(error)"
            )
        }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: certificate.keyFile, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(key)
            )
            configuration.minimumTLSVersion = .tlsv12
            // A key of another certificate is told at the start, not to each browser.
            _ = try NIOSSLContext(configuration: configuration)
            return configuration
        } catch {
            throw ReviewServerError.certificate(path: certificate.keyFile, reason: "\(error)")
        }
    }
}
