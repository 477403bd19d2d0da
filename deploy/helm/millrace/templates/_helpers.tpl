{{- define "millrace.labels" -}}
app.kubernetes.io/name: millrace
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "millrace.image" -}}
{{- required "Set image to the one that you built and pushed: --set image=REGISTRY/millrace:0.1.0" .Values.image }}
{{- end }}

{{- define "millrace.pipeline" -}}
{{- required "Set pipeline to the content of the pipeline file: --set-file pipeline=pipeline.yaml" .Values.pipeline | trim }}
{{- end }}

{{- define "millrace.environment" -}}
{{- with .Values.kafka.password }}
{{- if .secret }}
# The pipeline file reads it with ${env:KAFKA_PASSWORD}.
- name: KAFKA_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .secret }}
      key: {{ .key }}
{{- end }}
{{- end }}
{{- with .Values.env }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "millrace.mounts" -}}
- name: pipeline
  mountPath: /opt/millrace/pipeline
  readOnly: true
{{- if .Values.kafka.ca.secret }}
- name: kafka-ca
  mountPath: /opt/millrace/kafka-ca
  readOnly: true
{{- end }}
{{- end }}

{{- define "millrace.ca" -}}
{{- with .Values.kafka.ca }}
{{- if .secret }}
# The authority of the brokers' certificate, as Strimzi keeps it for a cluster called kafka.
- name: kafka-ca
  secret:
    secretName: {{ .secret }}
    items: [{ key: {{ .key }}, path: ca.crt }]
{{- end }}
{{- end }}
{{- end }}

{{- define "millrace.claim" -}}
{{- .Values.state.existingClaim | default (printf "%s-state" .Release.Name) }}
{{- end }}

{{- /* Line by line, so that comments stay; an option of the values replaces its lines. */ -}}
{{- define "millrace.flinkConfiguration" -}}
{{- $given := .Values.flinkConfiguration }}
{{- $replaced := false }}
{{- range $line := splitList "\n" (tpl (.Files.Get "files/flink-configuration.yaml") . | trim) }}
{{- if regexMatch "^[a-z#]" $line }}
{{- $replaced = hasKey $given (first (splitList ":" $line)) }}
{{- end }}
{{- if not $replaced }}
{{ $line }}
{{- end }}
{{- end }}
{{- range $option, $value := $given }}
{{ $option }}: {{ quote $value }}
{{- end }}
{{- end }}
