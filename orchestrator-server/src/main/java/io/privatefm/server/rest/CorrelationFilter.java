/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.privatefm.spi.observe.CorrelationScope;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;

/** Around every request: its correlation id, and the headers that every answer has. */
final class CorrelationFilter implements Filter {
    /** Attribute of a request whose answer had begun when it failed: the error. */
    static final String BROKEN = "pfm.broken";

    private final Function<String, CorrelationScope> correlated;
    private final RandomGenerator random;

    CorrelationFilter(Function<String, CorrelationScope> correlated, RandomGenerator random) {
        this.correlated = correlated;
        this.random = random;
    }

    @Override
    @SuppressWarnings("try") // the scope works by being open
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest asked = (HttpServletRequest) request;
        HttpServletResponse answer = (HttpServletResponse) response;
        String id = Correlation.begin(asked, random);
        answer.setHeader(Correlation.HEADER, id);
        StandardHeaders.ALL.forEach(answer::setHeader);
        try (CorrelationScope scope = correlated.apply(id)) {
            chain.doFilter("HEAD".equals(asked.getMethod()) ? new AsGet(asked) : asked, answer);
        }
        if (request.getAttribute(BROKEN)
                instanceof Throwable error) { // so that nobody takes what was sent for the whole
            ServletContextRequest.getServletContextRequest(request)
                    .getServletChannel()
                    .abort(error);
        }
    }

    /** What HEAD answers is what GET does; the server leaves the body out. */
    private static final class AsGet extends HttpServletRequestWrapper {
        AsGet(HttpServletRequest head) {
            super(head);
        }

        @Override
        public String getMethod() {
            return "GET";
        }
    }
}
