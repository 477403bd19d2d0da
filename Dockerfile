# The job, ready for `standalone-job` and `taskmanager` of Flink's own entry point, for
# docker-compose.yml and for the Flink Kubernetes operator.
#
#   docker build -t millrace:0.1.0 .

FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /build
COPY .mvn .mvn
COPY pom.xml LICENSE NOTICE ./
COPY docs/openapi.yaml docs/openapi.yaml
COPY examples/data examples/data
COPY flink-conf flink-conf
COPY schemas schemas
COPY src src
# The tests have run before anybody builds an image; here only the jars are made: the job's, and the
# commands with the libraries that neither the job nor Flink has.
RUN --mount=type=cache,target=/root/.m2 \
    mvn -B -ntp -Dmaven.test.skip=true -Dspotless.check.skip=true package \
      dependency:copy-dependencies -DoutputDirectory=/build/commands \
      -DincludeArtifactIds=picocli,progressbar,jline-terminal,jline-native,uplot,jackson-dataformat-yaml && \
    cp src/cli/target/millrace-cli-*.jar commands/ && \
    cp target/millrace-[0-9]*.jar millrace.jar

# Java 17 is Millrace's floor; the JRE of this image has the module jdk.incubator.vector.
FROM flink:2.2.1-java17
# The process cannot overwrite the jar of its job.
COPY --from=build --chown=root:root --chmod=444 /build/millrace.jar /opt/flink/usrlib/millrace.jar
COPY --from=build --chown=root:root --chmod=755 /build/commands /opt/millrace/commands
# Baked in rather than mounted: the entry point rewrites this file at every start. Several JVM
# flags in one FLINK_PROPERTIES entry lose the space between them in some releases of the image.
COPY --chown=flink:flink flink-conf/config.yaml flink-conf/log4j-console.properties /opt/flink/conf/
COPY LICENSE NOTICE /opt/millrace/
COPY --chmod=755 deploy/image/ /opt/millrace/
USER flink
# A named volume that is mounted here takes over this owner.
RUN mkdir -p /opt/flink/state
ENTRYPOINT ["/opt/millrace/entrypoint.sh"]
CMD ["help"]
